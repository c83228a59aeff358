import { cellLine } from './cells.ts'
import type { ResultColumn } from './gridHead.tsx'

const characterPx = 7.4
const paddingPx = 26
const leastPx = 64
const mostPx = 420

/** Widths in px that fit names, types and what the first rows hold. */
export function columnWidths(columns: readonly ResultColumn[], sample: readonly (readonly unknown[])[]): number[] {
  return columns.map(({ name, type }, i) => {
    const longest = sample.reduce((most, row) => Math.max(most, row[i] === null ? 4 : cellLine(row[i]).length), 0)
    const characters = Math.max(name.length + 1, type.length, longest)
    return Math.round(Math.min(mostPx, Math.max(leastPx, characters * characterPx + paddingPx)))
  })
}
