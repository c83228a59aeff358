import type { Overview } from '../api/types.generated.ts'
import { formatBytes, formatCompact, formatCount, formatShare, plural } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'
import { Tile } from './tile.tsx'

/** A failure rate above this is worth looking at, as the alert that comes with Sluice has it. */
const highFailureRate = 0.05

/** How it stands now, and over the last minutes. */
export function Tiles({ overview }: { overview: Overview }) {
  const { waiting, running, oldest_wait_seconds: oldest, scheduled, workers, last, storage } = overview
  const ended = last.succeeded + last.failed + last.canceled + last.timed_out
  const minutes = last.seconds / 60
  const period = `over ${plural(minutes, 'minute')}`
  const { slots, busy, silent } = workers
  return (
    <dl className="tiles">
      <Tile
        name="Waiting"
        value={formatCount(waiting)}
        about={waiting === 0 ? later(scheduled) : `oldest ${formatDuration(oldest * 1000)}`}
        {...(waiting > 0 && slots === 0 ? { tone: 'bad' as const } : {})}
      />
      <Tile
        name="Running"
        value={formatCount(running)}
        about={`${formatCount(busy)} of ${plural(slots, 'slot')} busy`}
      />
      <Tile
        name="Workers"
        value={formatCount(workers.alive)}
        about={silent > 0 ? `${formatCount(silent)} silent` : 'alive'}
        {...(workers.alive === 0 ? { tone: 'bad' as const } : silent > 0 ? { tone: 'warn' as const } : {})}
      />
      <Tile name="Ended a minute" value={formatCompact(ended / minutes)} about={period} />
      <Tile
        name="Failed"
        value={last.failure_rate === null ? '–' : formatShare(last.failure_rate)}
        about={
          last.failure_rate === null
            ? 'nothing ended'
            : `${formatCount(last.failed + last.timed_out)} of ${formatCount(ended)}`
        }
        {...((last.failure_rate ?? 0) > highFailureRate ? { tone: 'bad' as const } : {})}
      />
      <Tile name="Run time" value={time(last.run_ms.p95)} about={halfWithin(last.run_ms)} />
      <Tile name="Wait" value={time(last.wait_ms.p95)} about={halfWithin(last.wait_ms)} />
      <Tile
        name="Results kept"
        value={storage.results_bytes === null ? '–' : formatBytes(storage.results_bytes)}
        about={storage.database_bytes === null ? undefined : `database ${formatBytes(storage.database_bytes)}`}
      />
    </dl>
  )
}

function later(scheduled: number): string {
  return scheduled === 0 ? 'none' : `${formatCount(scheduled)} for later`
}

/** What explains the 95 % of a time. */
function halfWithin({ p50, p95 }: Overview['last']['run_ms']): string {
  return p95 === null ? 'no query' : `95 %; half within ${time(p50)}`
}

function time(ms: number | null): string {
  return ms === null ? '–' : formatDuration(ms)
}
