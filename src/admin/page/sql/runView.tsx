import { CircleStop } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { useAct } from '../api/hooks.ts'
import type { Query } from '../api/types.generated.ts'
import { formatBytes, formatCount, plural } from '../formats/numbers.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Note } from '../parts/note.tsx'
import { isTerminal, StateBadge } from '../parts/stateBadge.tsx'
import { Elapsed } from '../parts/time.tsx'
import { DownloadMenu } from '../result/downloadMenu.tsx'
import { ResultGrid } from '../result/resultGrid.tsx'
import { useFollowedQuery } from '../query/useFollowedQuery.ts'

export interface RunViewProps {
  id: string
  /** Hears that the query failed. */
  onFailed: (query: Query) => void
  /** Hears that there is no such query any more. */
  onGone: () => void
}

/** A query that was run here: how it goes on, then its rows or its error. */
export function RunView({ id, onFailed, onGone }: RunViewProps) {
  const reading = useFollowedQuery(id)
  const { data: query, error } = reading
  useEffect(() => {
    if (query?.state === 'failed') onFailed(query)
  }, [query, onFailed])
  const isGone = error?.problem?.status === 404
  useEffect(() => {
    if (isGone) onGone()
  }, [isGone, onGone])
  return (
    <section className="run-view" aria-label="Result">
      <Loaded of={reading}>{(query) => <Run query={query} />}</Loaded>
    </section>
  )
}

function Run({ query }: { query: Query }) {
  const { result, error, state } = query
  const isEnded = isTerminal(state)
  return (
    <>
      <header className="run-status" role="status">
        <StateBadge state={state} />
        <Elapsed from={query.submitted_at} to={query.finished_at} />
        <Progress query={query} />
        {result?.truncated === true && (
          <span className="badge warn text-only">
            cut at its {result.limiting_factor === 'row_limit' ? 'row' : 'byte'} limit
          </span>
        )}
        <span className="grow" />
        <Link href={`/queries/${query.id}`}>Details</Link>
        {state === 'succeeded' && result !== null && <DownloadMenu queryId={query.id} />}
        {!isEnded && <CancelButton query={query} />}
      </header>
      {error !== null && (
        <div className="run-error">
          <Note tone="bad" title={error.message}>
            {error.hint}
          </Note>
        </div>
      )}
      {error === null && result !== null && result.columns.length > 0 && (
        <ResultGrid queryId={query.id} result={result} partial={!isEnded} />
      )}
      {state === 'succeeded' && result?.columns.length === 0 && (
        <p className="run-empty quiet">The statement returned no columns.</p>
      )}
    </>
  )
}

function Progress({ query: { state, queue_position: position, progress, result } }: { query: Query }) {
  if (state === 'queued' && position !== null) return <span className="quiet">{formatCount(position)} before it</span>
  const { rows, bytes } = result ?? progress
  if (state === 'queued' || (rows === 0 && state !== 'succeeded')) return null
  return (
    <span className="quiet number">
      {plural(rows, 'row')}, {formatBytes(bytes)}
    </span>
  )
}

/** Asks nothing: who wrote the statement a moment ago knows what it is. */
function CancelButton({ query: { id, state } }: { query: Query }) {
  const cancel = useAct('POST /v1/queries/{id}/cancel', ['GET /v1/queries', 'GET /v1/queries/{id}'])
  const act = useAction(cancel)
  return (
    <Button
      kind="danger"
      icon={CircleStop}
      busy={cancel.isPending}
      disabled={state === 'canceling'}
      onClick={() => void act({ params: { id } }, () => 'Cancel asked for')}
    >
      {state === 'canceling' ? 'Canceling' : 'Cancel'}
    </Button>
  )
}
