import './sqlPage.css'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useRead } from '../api/hooks.ts'
import { Editor, type EditorHandle } from '../editor/editor.tsx'
import { ProblemNote } from '../parts/note.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { useSession } from '../shell/session.ts'
import { useShortcuts, type Shortcut } from '../shell/shortcuts.ts'
import { CatalogTree } from './catalogTree.tsx'
import { loadDraft, saveDraft, type Draft } from './draft.ts'
import { RunBar } from './runBar.tsx'
import { RunView } from './runView.tsx'
import { useClone } from './useClone.ts'
import { useRun } from './useRun.ts'

/** Write SQL, run it, look at the rows. */
export default function SqlPage() {
  const editor = useRef<EditorHandle>(null)
  const { read_only: readOnly } = useSession()
  const [kept, change] = useDraft()
  const sources = useRead('GET /v1/sources', {}).data?.sources.map(({ name }) => name)
  const draft = { ...kept, source: existing(kept.source, sources) }
  const { queryId, isSubmitting, mistake, run, onFailed, onGone } = useRun(kept, change)
  const [search, setSearch] = useSearchParams()
  const cloneError = useClone(search.get('from'), (copy) => {
    editor.current?.replace(copy.sql ?? '')
    change(copy)
    setSearch({}, { replace: true })
  })
  const catalog = useRead(
    'GET /v1/sources/{name}/catalog',
    { params: { name: draft.source } },
    { staleTime: Infinity, retry: false, enabled: sources?.includes(draft.source) === true },
  )
  useShortcuts('This page', useEditorShortcuts(editor))
  const runIt = (): void => {
    if (!readOnly) void run(editor.current!.statement(), draft.source)
  }
  return (
    <div className="sql-page">
      <PageHead title="SQL" />
      {cloneError !== null && <ProblemNote error={cloneError} />}
      <div className="sql-layout">
        <CatalogTree catalog={catalog} source={draft.source} onPick={(name) => editor.current?.insert(name)} />
        <div className="sql-main">
          <div className="sql-editor">
            <RunBar draft={draft} onChange={change} onRun={runIt} busy={isSubmitting} />
            <div className="sql-editor-place">
              <Editor
                ref={editor}
                initial={draft.sql}
                label="SQL"
                onChange={(sql) => change({ sql })}
                onRun={runIt}
                catalog={catalog.data}
                mistake={mistake}
              />
            </div>
          </div>
          {queryId !== null && <RunView key={queryId} id={queryId} onFailed={onFailed} onGone={onGone} />}
        </div>
      </div>
    </div>
  )
}

/** The source of the draft, or another if it is gone. */
function existing(source: string, sources: readonly string[] | undefined): string {
  return sources === undefined || sources.includes(source) ? source : (sources[0] ?? source)
}

function useDraft(): [Draft, (members: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(loadDraft)
  const change = useCallback((members: Partial<Draft>) => {
    setDraft((known) => {
      const next = { ...known, ...members }
      saveDraft(next)
      return next
    })
  }, [])
  return [draft, change]
}

function useEditorShortcuts(editor: { current: EditorHandle | null }): readonly Shortcut[] {
  return useMemo(
    () => [
      // The editor itself takes it; here it is for the list of keys.
      { keys: '$mod+Enter', text: 'Run the selection, or the statement at the cursor', run: () => undefined },
      {
        keys: 'e',
        text: 'Into the editor',
        run: (event: KeyboardEvent) => {
          event.preventDefault()
          editor.current?.focus()
        },
      },
    ],
    [editor],
  )
}
