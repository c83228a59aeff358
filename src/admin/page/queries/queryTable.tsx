import './queryTable.css'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import type { Query } from '../api/types.generated.ts'
import { useNarrow } from '../parts/useNarrow.ts'
import { useShortcuts } from '../shell/shortcuts.ts'
import { QueryRow } from './queryRow.tsx'

/** As in queryTable.css. */
const rowHeightPx = 53
const narrowRowHeightPx = 68
const overscanRows = 12

export interface QueryTableProps {
  queries: readonly Query[]
  hasMore: boolean
  onEnd: () => void
  /** Ids of the selected. */
  selected: ReadonlySet<string>
  /** Undefined: nothing can be selected. */
  onSelect: ((ids: ReadonlySet<string>) => void) | undefined
}

/** Queries, newest first. Only the rows in view are in the document, however many are loaded. */
export function QueryTable({ queries, hasMore, onEnd, selected, onSelect }: QueryTableProps) {
  const box = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string>()
  const heightPx = useNarrow() ? narrowRowHeightPx : rowHeightPx
  const rows = useVirtualizer({
    count: queries.length,
    getScrollElement: () => box.current,
    estimateSize: () => heightPx,
    getItemKey: (index) => queries[index]!.id,
    overscan: overscanRows,
  })
  useEffect(() => rows.measure(), [rows, heightPx])
  const items = rows.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && last >= queries.length - overscanRows) onEnd()
  }, [hasMore, last, queries.length, onEnd])

  useRowShortcuts({ queries, current, setCurrent, selected, onSelect, reveal: (index) => rows.scrollToIndex(index) })
  const areAllSelected = queries.length > 0 && queries.every(({ id }) => selected.has(id))
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its rows hold links, and keys move among them
    <div
      className="query-table"
      ref={box}
      role="table"
      aria-label="Queries"
      aria-rowcount={hasMore ? -1 : queries.length + 1}
    >
      <div role="rowgroup" className="query-table-head">
        <div role="row" className="query-row" aria-rowindex={1}>
          <div role="columnheader" className="select-cell">
            {onSelect !== undefined && (
              <input
                type="checkbox"
                aria-label="Select all that are loaded"
                checked={areAllSelected}
                onChange={() => onSelect(new Set(areAllSelected ? [] : queries.map(({ id }) => id)))}
              />
            )}
          </div>
          <div role="columnheader">State</div>
          <div role="columnheader">SQL</div>
          <div role="columnheader">Lane</div>
          <div role="columnheader">Source</div>
          <div role="columnheader" className="end">
            Rows
          </div>
          <div role="columnheader" className="end">
            Took
          </div>
          <div role="columnheader" className="end">
            Submitted
          </div>
        </div>
      </div>
      <div role="rowgroup" className="query-table-body" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const query = queries[item.index]!
          return (
            <QueryRow
              key={query.id}
              query={query}
              index={item.index}
              top={item.start}
              isCurrent={query.id === current}
              isSelected={selected.has(query.id)}
              onSelect={onSelect && (() => onSelect(toggled(selected, query.id)))}
            />
          )
        })}
      </div>
    </div>
  )
}

function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selected)
  if (!next.delete(id)) next.add(id)
  return next
}

interface RowShortcuts extends Pick<QueryTableProps, 'queries' | 'selected' | 'onSelect'> {
  current: string | undefined
  setCurrent: (id: string | undefined) => void
  reveal: (index: number) => void
}

/** j and k move, Enter opens, x selects. */
function useRowShortcuts(table: RowShortcuts): void {
  const [, go] = useLocation()
  const latest = useRef(table)
  useEffect(() => {
    latest.current = table
  })
  const shortcuts = useMemo(() => {
    const move = (by: number): void => {
      const { queries, current, setCurrent, reveal } = latest.current
      const from = queries.findIndex(({ id }) => id === current)
      const index = from < 0 ? 0 : Math.min(Math.max(from + by, 0), queries.length - 1)
      setCurrent(queries[index]?.id)
      reveal(index)
    }
    return [
      { keys: 'j', text: 'Next query', run: () => move(1) },
      { keys: 'k', text: 'Query before', run: () => move(-1) },
      {
        keys: 'Enter',
        text: 'Open the query',
        run: (event: KeyboardEvent) => {
          const { current } = latest.current
          // What has the focus has Enter for itself.
          if (current !== undefined && event.target === document.body) go(`/queries/${current}`)
        },
      },
      {
        keys: 'x',
        text: 'Select the query',
        run: () => {
          const { current, selected, onSelect } = latest.current
          if (current !== undefined) onSelect?.(toggled(selected, current))
        },
      },
    ]
  }, [go])
  useShortcuts('This page', shortcuts)
}
