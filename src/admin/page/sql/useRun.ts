import { useCallback, useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useAct } from '../api/hooks.ts'
import type { Query } from '../api/types.generated.ts'
import { charactersOf } from '../editor/offsetOf.ts'
import type { SqlMistake } from '../editor/editor.tsx'
import { useAction } from '../parts/action.ts'
import { useSay } from '../parts/toasts.tsx'
import type { Draft } from './draft.ts'

/** The statement that was run last, and how to run the next. */
export interface Run {
  /**
   * Its query; null: none was run. It stands in the address, so that loading the page again keeps it, and in the
   * draft, so that coming back from another page does.
   */
  queryId: string | null
  isSubmitting: boolean
  /** What its source found wrong, where it stands in the text of the editor. */
  mistake: SqlMistake | undefined
  run: (statement: { sql: string; from: number }, source: string) => Promise<void>
  /** Takes a query that failed, to mark what its source found wrong. */
  onFailed: (query: Query) => void
  /** Hears that the query is not known any more. */
  onGone: () => void
}

export function useRun(draft: Draft, change: (members: Partial<Draft>) => void): Run {
  const [search, setSearch] = useSearchParams()
  const { ran } = draft
  const queryId = search.get('query') ?? (search.has('from') ? null : (ran?.queryId ?? null))
  const [mistake, setMistake] = useState<SqlMistake>()
  const submit = useAct('POST /v1/queries', ['GET /v1/queries'])
  const act = useAction(submit)
  const say = useSay()
  const text = useRef(draft.sql)
  useEffect(() => {
    text.current = draft.sql
  })

  const run = async ({ sql, from }: { sql: string; from: number }, source: string): Promise<void> => {
    if (/^[\s;]*$/.test(sql)) {
      say('There is no statement to run: write one, or put the cursor into one.', 'bad')
      return
    }
    setMistake(undefined)
    const { lane, rowLimit, explain, params } = draft
    const limit = rowLimit === 0 ? {} : { row_limit: rowLimit }
    const values = params.length === 0 ? {} : { params: [...params] }
    const plan = explain ? { explain } : {}
    const query = await act({ body: { sql, source, lane, labels: { client: 'admin' }, ...limit, ...plan, ...values } })
    if (query === undefined) return
    change({ ran: { queryId: query.id, from } })
    setSearch({ query: query.id }, { replace: true })
  }
  const onFailed = useCallback(
    ({ id, sql, error }: Query) => {
      if (error?.position === undefined || ran?.queryId !== id) return
      // It was changed since, so that the place says nothing.
      if (!text.current.startsWith(sql, ran.from)) return
      // Positions count from the statement's own start.
      const before = charactersOf(text.current.slice(0, ran.from))
      setMistake({ message: error.message, position: before + error.position })
    },
    [ran],
  )
  const onGone = useCallback(() => {
    if (ran?.queryId === queryId) change({ ran: null })
  }, [ran, queryId, change])
  return { queryId, isSubmitting: submit.isPending, mistake, run, onFailed, onGone }
}
