import { formatCount, plural } from '../formats/numbers.ts'
import { CopyButton } from '../parts/copyButton.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { cellText } from './cells.ts'
import type { ResultColumn } from './gridHead.tsx'

export interface CellViewProps {
  /** From 0. */
  row: number
  column: ResultColumn
  value: unknown
  onClose: () => void
}

/** Laying out more of a text at one time would hold the page up. */
const shownCharacters = 100_000

/** A value that the grid has no room for; of a very long one the beginning, and a way to all of it. */
export function CellView({ row, column: { name, type }, value, onClose }: CellViewProps) {
  const isObject = typeof value === 'object' && value !== null
  const text = isObject ? JSON.stringify(value, null, 2) : value === null ? 'null' : cellText(value)
  return (
    <Dialog title={name} className="wide" onClose={onClose}>
      <div className="row">
        <span className="quiet grow">
          {type}, row {formatCount(row + 1)}
        </span>
        <CopyButton text={text} label="Copy the value" />
      </div>
      <pre className="cell-view">{text.slice(0, shownCharacters)}</pre>
      {text.length > shownCharacters && (
        <p className="quiet">
          The first {formatCount(shownCharacters)} of {plural(text.length, 'character')}. Copying takes all of them.
        </p>
      )}
    </Dialog>
  )
}
