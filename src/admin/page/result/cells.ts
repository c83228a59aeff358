/** Cells longer than this are cut in the grid; the cell's own view has all of it. */
const shownCharacters = 500
const numeric = /^(int[248]|float[48]|numeric|money|oid)\b/

/** Whether values of a type line up at the right. */
export function isNumeric(type: string): boolean {
  return numeric.test(type) && !type.endsWith('[]')
}

/** All of a value as text. */
export function cellText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What the grid shows of a value: one line. */
export function cellLine(value: unknown): string {
  return cellText(value).slice(0, shownCharacters).replaceAll('\n', '⏎')
}
