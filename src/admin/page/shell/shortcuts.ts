import { useEffect, useSyncExternalStore } from 'react'
import { defaultKeybindingsHandlerIgnore, tinykeys } from 'tinykeys'

/** A key, or keys one after another, and what they do. */
export interface Shortcut {
  /** As tinykeys writes them: `g q`, `$mod+Enter`, `[Shift]+?`. */
  keys: string
  text: string
  run: (event: KeyboardEvent) => void
}

export interface ShortcutGroup {
  title: string
  shortcuts: readonly Shortcut[]
}

let groups: readonly ShortcutGroup[] = []
const listeners = new Set<() => void>()

function change(next: readonly ShortcutGroup[]): void {
  groups = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Not while something is typed, nor behind an open dialog. */
function isElsewhere(event: KeyboardEvent): boolean {
  return defaultKeybindingsHandlerIgnore(event) || document.querySelector('dialog[open]') !== null
}

/**
 * Takes keys while the component is shown.
 *
 * @param title heading in the list of shortcuts
 * @param shortcuts the same array as long as nothing of it changes
 */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  useEffect(() => {
    const group = { title, shortcuts }
    change([...groups, group])
    const stop = tinykeys(window, Object.fromEntries(shortcuts.map(({ keys, run }) => [keys, run])), {
      ignore: isElsewhere,
    })
    return () => {
      stop()
      change(groups.filter((other) => other !== group))
    }
  }, [title, shortcuts])
}

/** What keys do now. */
export function useShortcutGroups(): readonly ShortcutGroup[] {
  return useSyncExternalStore(subscribe, () => groups)
}
