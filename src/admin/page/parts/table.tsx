import './table.css'
import { useLayoutEffect, useRef, type ReactNode } from 'react'

/** A table that is wider than its place scrolls within it; on a phone each row is a card. */
export function Table({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) {
  const table = useRef<HTMLTableElement>(null)
  // The cells of a card are named by the heads of their columns: table.css takes them from the table.
  useLayoutEffect(() => {
    for (const [index, { textContent }] of [...table.current!.tHead!.rows[0]!.cells].entries()) {
      table.current!.style.setProperty(`--column-${index + 1}`, JSON.stringify(textContent))
    }
  })
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="table-box" tabIndex={0} role="region" aria-label={label}>
      <table className="table" ref={table}>
        <thead>{head}</thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
