import './meter.css'
import { formatCount } from '../formats/numbers.ts'

/** How much of something is in use. */
export function Meter({ value, of, label }: { value: number; of: number; label: string }) {
  const share = of === 0 ? 0 : Math.min(1, value / of)
  return (
    <div
      className="meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={Math.min(value, of)}
    >
      <span className="number">
        {formatCount(value)} <span className="quiet">/ {formatCount(of)}</span>
      </span>
      <span className="meter-bar">
        <span style={{ width: `${share * 100}%` }} data-full={share >= 1} />
      </span>
    </div>
  )
}
