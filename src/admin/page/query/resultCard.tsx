import './resultCard.css'
import type { Query } from '../api/types.generated.ts'
import { formatBytes, formatCount, plural } from '../formats/numbers.ts'
import { Card } from '../parts/card.tsx'
import { Note } from '../parts/note.tsx'
import { useNow } from '../parts/now.tsx'
import { isTerminal } from '../parts/stateBadge.tsx'
import { Ago } from '../parts/time.tsx'
import { DownloadMenu } from '../result/downloadMenu.tsx'
import { ResultGrid } from '../result/resultGrid.tsx'

/** Head and scroll bar of the grid, and a row of it. */
const gridHeadPx = 64
const rowPx = 29

/** The rows, and how to get them. */
export function ResultCard({ query }: { query: Query }) {
  const { result } = query
  const now = useNow()
  if (result === null) return null
  const isEnded = isTerminal(query.state)
  const isExpired = new Date(result.expires_at).getTime() <= now
  return (
    <Card
      title="Result"
      flush
      aside={
        <div className="row wrap">
          <span className="quiet">
            {plural(result.rows, 'row')}, {formatBytes(result.bytes)}
            {!isEnded && ' so far'}
          </span>
          {query.state === 'succeeded' && !isExpired && <DownloadMenu queryId={query.id} />}
        </div>
      }
    >
      {result.truncated && (
        <div className="result-note">
          <Note tone="warn">
            Cut at {formatCount(result.rows)} rows by its {result.limiting_factor === 'row_limit' ? 'row' : 'byte'}{' '}
            limit.
          </Note>
        </div>
      )}
      {isExpired ? (
        <p className="result-note quiet">
          It was kept until <Ago at={result.expires_at} />. Run the query again to get it.
        </p>
      ) : result.columns.length === 0 ? (
        <p className="result-note quiet">The statement returned no columns.</p>
      ) : (
        <div className="result-place" style={{ height: `min(34rem, ${gridHeadPx + rowPx * result.rows}px)` }}>
          <ResultGrid queryId={query.id} result={result} partial={!isEnded} />
        </div>
      )}
    </Card>
  )
}
