import { memo } from 'react'
import { Link } from 'wouter'
import type { Query } from '../api/types.generated.ts'
import { formatCompact, formatCount } from '../formats/numbers.ts'
import { StateBadge } from '../parts/stateBadge.tsx'
import { Ago, Elapsed } from '../parts/time.tsx'

/** Enough for the widest window; the text may have a megabyte. */
const shownCharacters = 300

export interface QueryRowProps {
  query: Query
  index: number
  /** Distance from the top of the table's body, in px. */
  top: number
  isCurrent: boolean
  isSelected: boolean
  onSelect: (() => void) | undefined
}

export const QueryRow = memo(function QueryRow({ query, index, top, isCurrent, isSelected, onSelect }: QueryRowProps) {
  const rows = query.result?.rows ?? query.progress.rows
  return (
    <div
      role="row"
      className="query-row"
      aria-rowindex={index + 2}
      data-current={isCurrent}
      data-selected={isSelected}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="cell" className="select-cell">
        {onSelect !== undefined && (
          <input type="checkbox" aria-label={`Select ${query.id}`} checked={isSelected} onChange={onSelect} />
        )}
      </div>
      <div role="cell">
        <StateBadge state={query.state} />
      </div>
      <div role="cell" className="sql-cell">
        <Link href={`/queries/${query.id}`} className="mono truncate">
          {oneLine(query.sql)}
        </Link>
        <SecondLine query={query} />
      </div>
      <div role="cell" className="truncate lane-cell">
        {query.lane}
      </div>
      <div role="cell" className="truncate source-cell">
        {query.source}
      </div>
      <div role="cell" className="end number rows-cell" title={formatCount(rows)}>
        {rows > 0 || query.result !== null ? formatCompact(rows) : <span className="quiet">–</span>}
      </div>
      <div role="cell" className="end took-cell">
        {query.started_at === null ? (
          <span className="quiet">–</span>
        ) : (
          <Elapsed from={query.started_at} to={query.finished_at} />
        )}
      </div>
      <div role="cell" className="end quiet ago-cell">
        <Ago at={query.submitted_at} />
      </div>
    </div>
  )
})

/** The error, or else labels and id. */
function SecondLine({ query }: { query: Query }) {
  if (query.error !== null) {
    return <div className="second truncate error">{query.error.message}</div>
  }
  const labels = Object.entries(query.labels)
  return (
    <div className="second truncate">
      <span className="quiet mono">{query.id.slice(-12)}</span>
      {labels.map(([key, value]) => (
        <span key={key} className="chip">
          {key}: {value}
        </span>
      ))}
    </div>
  )
}

function oneLine(sql: string): string {
  return sql.slice(0, shownCharacters).replace(/\s+/g, ' ').trim()
}
