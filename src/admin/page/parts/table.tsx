import './table.css'
import type { ReactNode } from 'react'

/** A table that is wider than its place scrolls within it. */
export function Table({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="table-box" tabIndex={0} role="region" aria-label={label}>
      <table className="table">
        <thead>{head}</thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
