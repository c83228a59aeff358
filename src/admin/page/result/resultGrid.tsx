import './resultGrid.css'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Query } from '../api/types.generated.ts'
import { formatCount } from '../formats/numbers.ts'
import { ProblemNote } from '../parts/note.tsx'
import { CellView } from './cellView.tsx'
import { columnWidths } from './columnWidths.ts'
import { GridHead } from './gridHead.tsx'
import { cellId, GridRow } from './gridRow.tsx'
import { Segments, segmentRows } from './segments.tsx'
import { useGridKeys, type CellPlace } from './useGridKeys.ts'
import { useRows } from './useRows.ts'

/** As in resultGrid.css. */
const rowHeightPx = 29
const headHeightPx = 46
const sampleRows = 60

export interface ResultGridProps {
  queryId: string
  result: NonNullable<Query['result']>
  /** The query still runs, and rows may come. */
  partial: boolean
}

/** Where the grid is to be. */
interface Target {
  /** From 0; the segment that is shown is that of this row. */
  row: number
  column?: number
  /** Where it comes to stand; undefined: no further than it takes to see it. */
  align?: 'start'
}

/** The rows of a result of any size: only what is in view is fetched and drawn. */
export function ResultGrid({ queryId, result, partial }: ResultGridProps) {
  const box = useRef<HTMLDivElement>(null)
  const [target, setTarget] = useState<Target>({ row: 0 })
  const [active, setActive] = useState<CellPlace>()
  const [isOpen, setOpen] = useState(false)
  const { columns, rows: total } = result
  const segment = Math.floor(target.row / segmentRows)
  const start = segment * segmentRows
  const count = Math.min(segmentRows, total - start)

  const lines = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeightPx,
    overscan: 10,
    scrollMargin: headHeightPx,
    scrollPaddingStart: headHeightPx,
  })
  const lineItems = lines.getVirtualItems()
  const first = start + (lineItems[0]?.index ?? 0)
  const last = start + (lineItems.at(-1)?.index ?? -1) + 1
  const { row, error } = useRows(queryId, first, last, total, partial)

  const hasSample = row(first) !== undefined
  const widths = useMemo(() => {
    const sample = Array.from({ length: sampleRows }, (_, i) => row(first + i)).filter((cells) => cells !== undefined)
    return columnWidths(columns, sample)
    // Widths that changed with every row that scrolls by would be worse than narrow ones.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [columns, hasSample, queryId])
  const numberWidth = 24 + 8 * formatCount(total).length
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => widths[index]!,
    overscan: 4,
    scrollMargin: numberWidth,
    scrollPaddingStart: numberWidth,
  })
  useEffect(() => across.measure(), [across, widths])
  const places = across.getVirtualItems().map(({ index, start: left }) => ({ index, left, width: widths[index]! }))
  const width = numberWidth + widths.reduce((sum, each) => sum + each, 0)

  const go = (place: CellPlace): void => {
    setActive(place)
    setTarget(place)
  }
  // Once the rows of its segment are there: the grid cannot scroll to where it has none yet.
  useEffect(() => {
    const { row: wanted, column, align } = target
    lines.scrollToIndex(wanted % segmentRows, align === undefined ? {} : { align })
    if (column !== undefined) across.scrollToIndex(column)
  }, [target, lines, across])
  const onKeyDown = useGridKeys({ active, rows: total, columns: columns.length, go, open: () => setOpen(true) })
  const shown = isOpen && active !== undefined ? row(active.row) : undefined
  return (
    <div className="result">
      {total > segmentRows && (
        <Segments total={total} segment={segment} onGo={(index) => setTarget({ row: index, align: 'start' })} />
      )}
      {error !== undefined && <ProblemNote error={error} />}
      <div
        className="result-grid"
        ref={box}
        role="grid"
        aria-label="Result"
        aria-readonly
        aria-rowcount={total + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={active && cellId(active)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <GridHead columns={columns} places={places} width={width} numberWidth={numberWidth} />
        <div role="rowgroup" className="result-body" style={{ height: count * rowHeightPx, width }}>
          {lineItems.map(({ index, start: top }) => (
            <GridRow
              key={index}
              number={start + index}
              top={top - headHeightPx}
              columns={columns}
              places={places}
              numberWidth={numberWidth}
              values={row(start + index)}
              activeColumn={active?.row === start + index ? active.column : undefined}
              onPick={(column) => setActive({ row: start + index, column })}
              onOpen={() => setOpen(true)}
            />
          ))}
        </div>
      </div>
      {shown !== undefined && active !== undefined && (
        <CellView
          row={active.row}
          column={columns[active.column]!}
          value={shown[active.column]}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  )
}
