import Table from 'cli-table3'

/** A titled table as text; columns of numbers are flush right. */
export function table(title: string, head: string[], rows: (string | number)[][]): string {
  const drawn = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) =>
      typeof rows[0]?.[i] === 'number' || /^[\d?]/.test(String(rows[0]?.[i])) ? 'right' : 'left',
    ),
  })
  drawn.push(...rows)
  return `${title}\n${drawn.toString()}`
}
