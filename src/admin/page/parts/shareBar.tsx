import './meter.css'

/** A part of a whole, 0 to 1, beside the number that it repeats. */
export function ShareBar({ share }: { share: number }) {
  return (
    <span className="meter share" aria-hidden>
      <span className="meter-bar">
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  )
}
