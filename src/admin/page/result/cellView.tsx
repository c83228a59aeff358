import { formatCount } from '../formats/numbers.ts'
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

/** All of a value that the grid has no room for. */
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
      <pre className="cell-view">{text}</pre>
    </Dialog>
  )
}
