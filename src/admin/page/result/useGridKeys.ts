import type { KeyboardEvent } from 'react'

/** A cell, by row and column from 0. */
export interface CellPlace {
  row: number
  column: number
}

export interface GridKeys {
  active: CellPlace | undefined
  rows: number
  columns: number
  go: (place: CellPlace) => void
  /** Shows all of the active cell. */
  open: () => void
}

const pageRows = 15

/** Arrow keys, Page Up and Down, Home and End move; Enter opens the cell. */
export function useGridKeys({ active, rows, columns, go, open }: GridKeys): (event: KeyboardEvent) => void {
  return (event) => {
    const { row, column } = active ?? { row: 0, column: 0 }
    const isFar = event.ctrlKey || event.metaKey
    const moves: Record<string, CellPlace> = {
      ArrowDown: { row: row + 1, column },
      ArrowUp: { row: row - 1, column },
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      PageDown: { row: row + pageRows, column },
      PageUp: { row: row - pageRows, column },
      Home: { row: isFar ? 0 : row, column: 0 },
      End: { row: isFar ? rows - 1 : row, column: columns - 1 },
    }
    const place = moves[event.key]
    if (event.key === 'Enter' && active !== undefined) open()
    else if (place === undefined) return
    else go(active === undefined ? { row: 0, column: 0 } : within(place, rows, columns))
    event.preventDefault()
  }
}

function within({ row, column }: CellPlace, rows: number, columns: number): CellPlace {
  return { row: Math.min(Math.max(row, 0), rows - 1), column: Math.min(Math.max(column, 0), columns - 1) }
}
