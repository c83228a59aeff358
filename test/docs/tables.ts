import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../src/packageRoot.ts'

/** The rows of every table of a page in docs/, their cells trimmed; without heads and rules. */
export async function tableRows(page: string): Promise<string[][]> {
  const text = await readFile(join(packageRoot, 'docs', page), 'utf8')
  const lines = text.split('\n').filter((line) => line.startsWith('|'))
  const rows = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const isRule = (row: string[] | undefined): boolean => row?.every((cell) => /^:?-+:?$/.test(cell)) ?? false
  return rows.filter((row, i) => !isRule(row) && !isRule(rows[i + 1]))
}

/** What stands between backticks. */
export function code(cell: string): string {
  return /^`(.*)`$/.exec(cell)?.[1] ?? cell
}
