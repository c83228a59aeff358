import { CircleStop, CopyPlus, RotateCcw } from 'lucide-react'
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { useAct } from '../api/hooks.ts'
import type { Query } from '../api/types.generated.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { isTerminal } from '../parts/stateBadge.tsx'
import { useSession } from '../shell/session.ts'
import { useShortcuts } from '../shell/shortcuts.ts'

/** What can be done with a query. */
export function QueryActions({ query }: { query: Query }) {
  const { read_only: readOnly } = useSession()
  return readOnly ? null : <Actions query={query} />
}

function Actions({ query }: { query: Query }) {
  const [, go] = useLocation()
  const cancelQuery = useAct('POST /v1/queries/{id}/cancel', ['GET /v1/queries', 'GET /v1/queries/{id}'])
  const act = useAction(cancelQuery)
  const retryQuery = useAct('POST /v1/queries/{id}/retry', ['GET /v1/queries'])
  const actRetry = useAction(retryQuery)
  const { id, state } = query
  const shortcuts = useMemo(() => {
    const cancel = (): void =>
      void act({ params: { id } }, () => 'Cancel asked for', {
        title: 'Cancel this query?',
        text: 'What runs is stopped at its source, and its result is dropped.',
        verb: 'Cancel the query',
        danger: true,
      })
    const clone = (): void => go(`/sql?from=${id}`)
    const again = async (): Promise<void> => {
      const next = await actRetry({ params: { id } }, () => 'Submitted again', {
        title: 'Run this query again?',
        text: 'It is submitted anew, with the same statement, parameters and limits.',
        verb: 'Run it again',
      })
      if (next !== undefined) go(`/queries/${next.id}`)
    }
    return {
      cancel,
      clone,
      again,
      keys: [
        isTerminal(state)
          ? { keys: 'r', text: 'Run the query again', run: () => void again() }
          : { keys: 'c', text: 'Cancel the query', run: cancel },
        { keys: 'e', text: 'Edit a copy', run: clone },
      ],
    }
  }, [act, actRetry, go, id, state])
  useShortcuts('This page', shortcuts.keys)
  return (
    <>
      <Button icon={CopyPlus} onClick={shortcuts.clone}>
        Edit a copy
      </Button>
      {isTerminal(state) && (
        <Button icon={RotateCcw} busy={retryQuery.isPending} onClick={() => void shortcuts.again()}>
          Run again
        </Button>
      )}
      {!isTerminal(state) && (
        <Button
          kind="danger"
          icon={CircleStop}
          busy={cancelQuery.isPending}
          disabled={state === 'canceling'}
          onClick={shortcuts.cancel}
        >
          {state === 'canceling' ? 'Canceling' : 'Cancel'}
        </Button>
      )}
    </>
  )
}
