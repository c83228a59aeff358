/**
 * Index in a JavaScript string of a position as PostgreSQL counts it: whole characters from 1,
 * where JavaScript counts halves of those beyond 16 bits.
 */
export function offsetOf(text: string, position: number): number {
  let offset = 0
  let seen = 1
  for (const character of text) {
    if (seen >= position) break
    offset += character.length
    seen++
  }
  return offset
}

/** Number of characters as PostgreSQL counts them. */
export function charactersOf(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
