import stringWidth from 'string-width'

const ellipsis = '…'
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const printableAscii = /^[ -~]*$/

/** Terminal columns that a text without control characters takes; counting stops above `most`. */
export function textWidth(text: string, most = Infinity): number {
  if (printableAscii.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    width += stringWidth(segment)
    if (width > most) break
  }
  return width
}

/** A text cut to so many terminal columns, at least 1; where something is missing it ends with …. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text, columns) <= columns) return text
  let width = 0
  let end = 0
  for (const { segment, index } of graphemes.segment(text)) {
    width += stringWidth(segment)
    if (width > columns - 1) break
    end = index + segment.length
  }
  return text.slice(0, end) + ellipsis
}
