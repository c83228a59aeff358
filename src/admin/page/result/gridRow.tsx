import { formatCount } from '../formats/numbers.ts'
import { cellLine, isNumeric } from './cells.ts'
import type { ColumnPlace, ResultColumn } from './gridHead.tsx'
import type { CellPlace } from './useGridKeys.ts'

export interface GridRowProps {
  /** From 0. */
  number: number
  /** Distance from the top of the grid's body, in px. */
  top: number
  columns: readonly ResultColumn[]
  places: readonly ColumnPlace[]
  numberWidth: number
  /** Undefined: they are on their way. */
  values: readonly unknown[] | undefined
  activeColumn: number | undefined
  onPick: (column: number) => void
  onOpen: () => void
}

/** Id of a cell in the document. */
export function cellId({ row, column }: CellPlace): string {
  return `cell-${row}-${column}`
}

export function GridRow(props: GridRowProps) {
  const { number, top, columns, places, numberWidth, values, activeColumn, onPick, onOpen } = props
  return (
    <div role="row" aria-rowindex={number + 2} className="result-row" style={{ transform: `translateY(${top}px)` }}>
      <div role="rowheader" aria-colindex={1} className="row-number" style={{ width: numberWidth }}>
        {formatCount(number + 1)}
      </div>
      {places.map(({ index, left, width }) => {
        const value = values?.[index]
        const end = isNumeric(columns[index]!.type) ? 'end' : ''
        return (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid takes the keys for its cells
          <div
            key={index}
            id={cellId({ row: number, column: index })}
            role="gridcell"
            tabIndex={-1}
            aria-colindex={index + 2}
            aria-selected={index === activeColumn}
            className={`truncate ${end} ${value === null ? 'null' : ''}`}
            style={{ left, width }}
            onClick={() => onPick(index)}
            onDoubleClick={onOpen}
          >
            {values === undefined ? '' : value === null ? 'null' : cellLine(value)}
          </div>
        )
      })}
    </div>
  )
}
