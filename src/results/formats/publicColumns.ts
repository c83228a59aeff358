import type { Column } from '../../arrow/columns.ts'

/** Columns as clients see them. */
export function publicColumns(columns: readonly Column[]): { name: string; type: string; nullable: true }[] {
  return columns.map(({ name, type }) => ({ name, type, nullable: true }))
}
