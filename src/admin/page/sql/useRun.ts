import { useCallback, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useAct } from '../api/hooks.ts'
import { charactersOf } from '../editor/offsetOf.ts'
import type { SqlMistake } from '../editor/editor.tsx'
import { useAction } from '../parts/action.ts'
import type { Draft } from './draft.ts'

/** The statement that was run last, and how to run the next. */
export interface Run {
  /** Its query; null: none was run. It stands in the address, so that loading the page again keeps it. */
  queryId: string | null
  isSubmitting: boolean
  /** What its source found wrong, where it stands in the text of the editor. */
  mistake: SqlMistake | undefined
  run: (statement: { sql: string; from: number }, draft: Draft) => Promise<void>
  /** Takes what the source found wrong, where it stands in the statement. */
  onMistake: (message: string, position: number | undefined) => void
}

export function useRun(): Run {
  const [search, setSearch] = useSearchParams()
  const queryId = search.get('query')
  // What stands before the statement in the editor: errors count from the statement's own start.
  const [ran, setRan] = useState<{ id: string; before: string }>()
  const [mistake, setMistake] = useState<SqlMistake>()
  const submit = useAct('POST /v1/queries', ['GET /v1/queries'])
  const act = useAction(submit)

  const run = async ({ sql, from }: { sql: string; from: number }, draft: Draft): Promise<void> => {
    if (sql.trim() === '') return
    setMistake(undefined)
    const { source, lane, rowLimit, explain, params } = draft
    const limit = rowLimit === 0 ? {} : { row_limit: rowLimit }
    const values = params.length === 0 ? {} : { params: [...params] }
    const plan = explain ? { explain } : {}
    const query = await act({ body: { sql, source, lane, labels: { client: 'admin' }, ...limit, ...plan, ...values } })
    if (query === undefined) return
    setRan({ id: query.id, before: draft.sql.slice(0, from) })
    setSearch({ query: query.id }, { replace: true })
  }
  const onMistake = useCallback(
    (message: string, position: number | undefined) => {
      if (position === undefined || ran === undefined || ran.id !== queryId) return
      setMistake({ message, position: charactersOf(ran.before) + position })
    },
    [ran, queryId],
  )
  return { queryId, isSubmitting: submit.isPending, mistake, run, onMistake }
}
