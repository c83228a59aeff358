import { plainLine } from './plainText.ts'
import { styled } from './style.ts'
import type { TableCell, TableColumn } from './table.ts'

const numberTypes = /^(int[248]|float[48]|numeric|oid|money)(\(.*\))?$/
const jsonTypes = /^jsonb?$/

/** A column of a result as a column of a table: numbers to the right. */
export function resultColumn({ name, type }: { name: string; type: string }): TableColumn {
  return { name: plainLine(name), align: numberTypes.test(type) ? 'right' : 'left' }
}

/**
 * A value of a result as a cell.
 *
 * @param value as {@link parseExactJson} reads it
 * @param type the source's type name
 */
export function resultCell(value: unknown, type: string): TableCell {
  if (value === null) return { text: '(null)', paint: (text) => styled('dim', text, process.stdout) }
  const text = typeof value === 'string' && !jsonTypes.test(type) ? value : JSON.stringify(value)
  return { text: plainLine(text) }
}
