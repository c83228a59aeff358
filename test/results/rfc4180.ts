/** A cell of CSV: `""` is the empty string, nothing at all is null. */
export type CsvCell = string | null

/**
 * Reads CSV as RFC 4180 defines it, strictly: lines end in CRLF, a quote stands only around a
 * cell or doubled inside a quoted one.
 */
export function parseCsv(text: string): CsvCell[][] {
  const lines: CsvCell[][] = []
  let at = 0
  while (at < text.length) {
    const line: CsvCell[] = []
    for (;;) {
      const quoted = /"((?:[^"]|"")*)"/y
      const bare = /[^",\r\n]*/y
      const pattern = text[at] === '"' ? quoted : bare
      pattern.lastIndex = at
      const match = pattern.exec(text)
      if (match === null) throw new Error(`A quote that does not end, at ${at}`)
      line.push(
        match[1]?.replaceAll('""', '"') ?? (match[0] === '' || match[0] === '""' ? emptyCell(match[0]) : match[0]),
      )
      at = pattern.lastIndex
      if (text[at] !== ',') break
      at++
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`A line that does not end in CRLF, at ${at}`)
    at += 2
    lines.push(line)
  }
  return lines
}

function emptyCell(text: string): CsvCell {
  return text === '' ? null : ''
}
