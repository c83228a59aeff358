import Table from 'cli-table3'
import { cutText, textWidth } from './textWidth.ts'

/** A column of a table. */
export interface TableColumn {
  name: string
  align: 'left' | 'right'
  /** It is never made narrower than this; default: 6, but numbers of up to 24 digits are whole, for half of one misleads. */
  leastWidth?: number
  /** Where there is no room for all, columns with the highest rank are left out first; default: its place. */
  rank?: number
}

/** A cell: one line of plain text, and how it is painted once it is cut. */
export interface TableCell {
  text: string
  paint?: (text: string) => string
}

/** A table as text, and how many of its columns had room. */
export interface FormattedTable {
  text: string
  shownColumns: number
}

const leastTextWidth = 6
const leastNumberWidth = 24
/** A space on each side of every cell, a line between two. */
const paddingWidth = 2
const separatorWidth = 1

/**
 * Lays a table out so that no line is wider than `width` terminal columns: long cells are
 * cut, and columns that have no room at all are left out.
 *
 * @param width Infinity: nothing is cut
 * @param bold how the head is painted
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  width: number,
  bold: (text: string) => string = (text) => text,
): FormattedTable {
  const needs = columns.map(({ name, align, leastWidth, rank }, i) => {
    let widest = 1
    for (const row of rows) widest = Math.max(widest, textWidth(row[i]!.text, width))
    const natural = Math.max(widest, textWidth(name, width))
    // Of a column of numbers only the name is cut.
    const least =
      leastWidth ?? (align === 'right' ? Math.max(leastTextWidth, Math.min(widest, leastNumberWidth)) : leastTextWidth)
    return { least: Math.min(least, natural), natural, rank: rank ?? i }
  })
  const widths = fitWidths(needs, width)
  const visible = columns
    .map(({ name, align }, i) => ({ name, align, i, content: widths[i]! }))
    .filter(({ content }) => content > 0)
  if (visible.length === 0) return { text: '', shownColumns: 0 }
  const table = new Table({
    head: visible.map(({ name, content }) => bold(cutText(name, content))),
    colWidths: visible.map(({ content }) => content + paddingWidth),
    colAligns: visible.map(({ align }) => align),
    // The line under the head belongs to the first row; without rows it is the last one.
    chars: rows.length > 0 ? lines : { ...lines, bottom: '─', 'bottom-mid': '┼' },
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
  })
  for (const row of rows) {
    table.push(
      visible.map(({ i, content }) => {
        const { text, paint } = row[i]!
        const cut = cutText(text, content)
        return paint === undefined ? cut : paint(cut)
      }),
    )
  }
  const text = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
  return { text, shownColumns: visible.length }
}

/** A line under the head and between columns, nothing around. */
const lines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '─',
  'mid-mid': '┼',
  middle: '│',
}

/** What a column asks for, in terminal columns, and when it is left out. */
export interface ColumnNeed {
  least: number
  natural: number
  rank: number
}

/**
 * The width of each column's content; 0: there is no room for it. What is left when each has
 * its least goes to all in equal parts, until they have what they need.
 */
export function fitWidths(needs: readonly ColumnNeed[], width: number): number[] {
  const kept = needs.map((need, i) => ({ ...need, i })).sort((a, b) => a.rank - b.rank)
  const spareOf = (columns: readonly ColumnNeed[]): number =>
    columns.reduce((spare, { least }) => spare - least - paddingWidth - separatorWidth, width + separatorWidth)
  while (kept.length > 1 && spareOf(kept) < 0) kept.pop()

  const widths = needs.map(() => 0)
  let spare = spareOf(kept)
  kept.sort((a, b) => a.natural - a.least - (b.natural - b.least))
  kept.forEach(({ i, least, natural }, position) => {
    const more = Math.min(natural - least, Math.floor(spare / (kept.length - position)))
    widths[i] = Math.max(1, least + more)
    spare -= more
  })
  return widths
}
