import { plainLine } from './plainText.ts'
import { cutText, textWidth } from './textWidth.ts'

const ellipsis = '…'

/** The line of a statement that an error points at, and how far the caret below it is to be moved in. */
export interface SqlExcerpt {
  /** From 1. */
  lineNumber: number
  line: string
  /** Terminal columns before the caret. */
  indent: number
}

/**
 * Finds the place in a statement that an error points at.
 *
 * @param position from 1, in characters, as PostgreSQL counts; one behind the end means the end
 * @param width terminal columns that the line may take; of a longer one the part around the place is shown
 * @returns undefined if the statement has no such place
 */
export function sqlExcerpt(sql: string, position: number, width: number): SqlExcerpt | undefined {
  const characters = Array.from(sql)
  const at = position - 1
  if (!Number.isInteger(at) || at < 0 || at > characters.length) return undefined
  // A negative start would make lastIndexOf look from the end.
  const start = at === 0 ? 0 : characters.lastIndexOf('\n', at - 1) + 1
  const nextBreak = characters.indexOf('\n', at)
  const end = nextBreak === -1 ? characters.length : nextBreak
  let lineNumber = 1
  for (let i = 0; i < start; i++) if (characters[i] === '\n') lineNumber++

  let before = shown(characters.slice(start, at))
  let after = shown(characters.slice(at, end))
  if (textWidth(before) + textWidth(after) > width) {
    const half = Math.max(1, Math.floor(width / 2))
    if (textWidth(before) > half) before = ellipsis + fromEnd(before, half - 1)
    after = cutText(after, width - textWidth(before))
  }
  return { lineNumber, line: before + after, indent: textWidth(before) }
}

/** Characters as they are shown; a tab as one space, for a caret cannot know where tabs end. */
function shown(characters: readonly string[]): string {
  return plainLine(characters.join('').replace(/\r$/, '').replaceAll('\t', ' '))
}

function fromEnd(text: string, columns: number): string {
  let kept = ''
  let width = 0
  for (const character of Array.from(text).reverse()) {
    width += textWidth(character)
    if (width > columns) break
    kept = character + kept
  }
  return kept
}
