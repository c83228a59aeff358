import type { Schedule } from '../api/types.generated.ts'

/** What one must know of a schedule besides its name. */
export function ScheduleBadges({ schedule: { paused, managed, problem } }: { schedule: Schedule }) {
  return (
    <>
      {paused && <span className="badge warn text-only">paused</span>}
      {managed && (
        <span className="badge idle text-only" title="It comes from a file that is applied">
          from a file
        </span>
      )}
      {problem !== null && (
        <span className="badge bad text-only" title={problem}>
          cannot fire
        </span>
      )}
    </>
  )
}
