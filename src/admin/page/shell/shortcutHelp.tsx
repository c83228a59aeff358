import './shortcutHelp.css'
import { useMemo, useState } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { useShortcutGroups, useShortcuts } from './shortcuts.ts'

/** `?` lists what the keys do here. */
export function ShortcutHelp() {
  const [isOpen, setOpen] = useState(false)
  const groups = useShortcutGroups()
  useShortcuts(
    'Help',
    useMemo(() => [{ keys: '[Shift]+?', text: 'List the keys', run: () => setOpen(true) }], []),
  )
  if (!isOpen) return null
  const byTitle = Map.groupBy(groups, ({ title }) => title)
  return (
    <Dialog title="Keys" className="wide" onClose={() => setOpen(false)}>
      <div className="shortcut-help">
        {[...byTitle].map(([title, members]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {members
                .flatMap(({ shortcuts }) => shortcuts)
                .map(({ keys, text }) => (
                  <div key={keys}>
                    <dt>{text}</dt>
                    <dd>
                      {keyNames(keys).map((name) => (
                        <kbd key={name}>{name}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)
const names: Record<string, string> = {
  $mod: isMac ? '⌘' : 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
}

/** `$mod+Enter` → Ctrl, Enter; `[Shift]+?` → ? */
function keyNames(keys: string): string[] {
  return keys
    .split(' ')
    .flatMap((press) => press.split('+'))
    .filter((key) => !key.startsWith('['))
    .map((key) => names[key] ?? key)
}
