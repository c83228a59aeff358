// Control characters (C0, DEL, C1), line and paragraph separators, and what reorders text (bidi).
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * Text as one line that a terminal shows and does not obey: a line break as ↵, a tab as ⇥,
 * every other control character as `\u{1b}`.
 */
export function plainLine(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(unsafe, (character) => {
    if (character === '\n') return '↵'
    if (character === '\t') return '⇥'
    return `\\u{${character.codePointAt(0)!.toString(16)}}`
  })
}

/** Like {@link plainLine}, but lines stay lines. */
export function plainLines(text: string): string {
  return text.split(/\r?\n/).map(plainLine).join('\n')
}
