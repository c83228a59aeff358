import type { Query } from '../api/types.generated.ts'
import { isNumeric } from './cells.ts'

export type ResultColumn = NonNullable<Query['result']>['columns'][number]

/** Where a column of the grid is, in px. */
export interface ColumnPlace {
  index: number
  left: number
  width: number
}

export interface GridHeadProps {
  columns: readonly ResultColumn[]
  /** The columns in view. */
  places: readonly ColumnPlace[]
  width: number
  numberWidth: number
}

/** Names and types of the columns. */
export function GridHead({ columns, places, width, numberWidth }: GridHeadProps) {
  return (
    <div role="rowgroup" className="result-head" style={{ width }}>
      <div role="row" aria-rowindex={1}>
        <div role="columnheader" aria-colindex={1} className="row-number" style={{ width: numberWidth }}>
          <span className="visually-hidden">Row</span>
        </div>
        {places.map(({ index, left, width: columnWidth }) => {
          const { name, type } = columns[index]!
          return (
            <div
              key={index}
              role="columnheader"
              aria-colindex={index + 2}
              className={isNumeric(type) ? 'end' : ''}
              style={{ left, width: columnWidth }}
              title={`${name} ${type}`}
            >
              <span className="truncate">{name}</span>
              <small className="truncate">{type}</small>
            </div>
          )
        })}
      </div>
    </div>
  )
}
