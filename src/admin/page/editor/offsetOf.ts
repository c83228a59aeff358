/**
 * Where the editor has a position of a text as PostgreSQL counts it: whole characters from 1, where the editor
 * counts halves of those beyond 16 bits, and one for a line's end of two characters.
 */
export function offsetOf(text: string, position: number): number {
  let offset = 0
  let seen = 1
  let before = ''
  for (const character of text) {
    if (seen >= position) break
    if (before !== '\r' || character !== '\n') offset += character.length
    before = character
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
