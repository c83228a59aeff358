import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { formatCount } from '../formats/numbers.ts'
import { Button } from '../parts/button.tsx'

/** Browsers lay nothing out beyond some ten million pixels, so a larger result is shown in parts of so many rows. */
export const segmentRows = 250_000

export interface SegmentsProps {
  total: number
  segment: number
  /** Goes to a row, from 0. */
  onGo: (index: number) => void
}

/** Which part of a large result is shown, and the way to any row. */
export function Segments({ total, segment, onGo }: SegmentsProps) {
  const [text, setText] = useState('')
  const start = segment * segmentRows
  const end = Math.min(start + segmentRows, total)
  const go = (event: FormEvent): void => {
    event.preventDefault()
    const wanted = Number(text.replaceAll(/[\s,]/g, ''))
    if (Number.isInteger(wanted) && wanted >= 1) onGo(Math.min(wanted, total) - 1)
  }
  return (
    <div className="segments">
      <Button
        kind="plain"
        icon={ChevronLeft}
        label="Rows before"
        disabled={segment === 0}
        onClick={() => onGo(start - segmentRows)}
      />
      <span className="number">
        Rows {formatCount(start + 1)} – {formatCount(end)}
      </span>
      <Button kind="plain" icon={ChevronRight} label="Rows after" disabled={end === total} onClick={() => onGo(end)} />
      <form onSubmit={go}>
        <input
          className="input number"
          inputMode="numeric"
          placeholder="Go to row"
          aria-label="Go to row"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
    </div>
  )
}
