import './selectionBar.css'
import { useMutation } from '@tanstack/react-query'
import { CircleStop, RotateCcw, X } from 'lucide-react'
import { call, type ApiError } from '../api/client.ts'
import type { Query } from '../api/types.generated.ts'
import { plural } from '../formats/numbers.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { isTerminal } from '../parts/stateBadge.tsx'

export interface SelectionBarProps {
  queries: readonly Query[]
  selected: ReadonlySet<string>
  onDone: () => void
}

/** What can be done to the selected queries. */
export function SelectionBar({ queries, selected, onDone }: SelectionBarProps) {
  const cancel = useAction(useMutation<number, ApiError, readonly string[]>({ mutationFn: cancelEach }))
  const open = queries.filter(({ id, state }) => selected.has(id) && !isTerminal(state)).map(({ id }) => id)
  const count = plural(open.length, 'query', 'queries')
  const cancelOpen = async (): Promise<void> => {
    const done = await cancel(open, (canceled) => `${plural(canceled, 'query', 'queries')} canceled`, {
      title: `Cancel ${count}?`,
      text: 'What runs is stopped at its source, and its result is dropped.',
      verb: `Cancel ${count}`,
      danger: true,
    })
    if (done !== undefined) onDone()
  }
  const retry = useAction(useMutation<number, ApiError, readonly string[]>({ mutationFn: retryEach }))
  const ended = queries.filter(({ id, state }) => selected.has(id) && isTerminal(state)).map(({ id }) => id)
  const endedCount = plural(ended.length, 'query', 'queries')
  const retryEnded = async (): Promise<void> => {
    const done = await retry(ended, (retried) => `${plural(retried, 'query', 'queries')} submitted again`, {
      title: `Run ${endedCount} again?`,
      text: 'Each is submitted anew, with the same statement, parameters and limits.',
      verb: `Run ${endedCount} again`,
    })
    if (done !== undefined) onDone()
  }
  return (
    <div className="selection-bar">
      <strong>{plural(selected.size, 'query', 'queries')} selected</strong>
      <Button
        icon={CircleStop}
        disabled={open.length === 0}
        title={open.length === 0 ? 'All of them have ended' : undefined}
        onClick={() => void cancelOpen()}
      >
        Cancel
      </Button>
      <Button
        icon={RotateCcw}
        disabled={ended.length === 0}
        title={ended.length === 0 ? 'None of them has ended' : undefined}
        onClick={() => void retryEnded()}
      >
        Run again
      </Button>
      <span className="grow" />
      <Button kind="plain" icon={X} label="Select none" onClick={onDone} />
    </div>
  )
}

/** Cancels one after another; how many. */
async function cancelEach(ids: readonly string[]): Promise<number> {
  for (const id of ids) await call('POST /v1/queries/{id}/cancel', { params: { id } })
  return ids.length
}

/** Runs one after another again; how many. */
async function retryEach(ids: readonly string[]): Promise<number> {
  for (const id of ids) await call('POST /v1/queries/{id}/retry', { params: { id } })
  return ids.length
}
