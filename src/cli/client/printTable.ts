import { styled } from './style.ts'
import { formatTable, type TableCell, type TableColumn } from './table.ts'

/**
 * Prints a table that fits the terminal; a file or a pipe has no width.
 *
 * @returns how many of its columns had room
 */
export function printTable(columns: readonly TableColumn[], rows: readonly (readonly TableCell[])[]): number {
  const width = process.stdout.isTTY ? process.stdout.columns : Infinity
  const { text, shownColumns } = formatTable(columns, rows, width, (name) => styled('bold', name, process.stdout))
  if (text !== '') console.log(text)
  return shownColumns
}
