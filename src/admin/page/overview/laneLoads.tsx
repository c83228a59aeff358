import { Link } from 'wouter'
import type { Overview } from '../api/types.generated.ts'
import { formatCount } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'
import { Card } from '../parts/card.tsx'
import { Meter } from '../parts/meter.tsx'
import { Table } from '../parts/table.tsx'

/** The load of each lane. */
export function LaneLoads({ lanes }: { lanes: Overview['lanes'] }) {
  return (
    <Card title="Lanes" flush aside={<Link href="/lanes">Limits and pause</Link>}>
      <Table
        label="Load of the lanes"
        head={
          <tr>
            <th scope="col">Lane</th>
            <th scope="col">Running</th>
            <th scope="col" className="end">
              Waiting
            </th>
            <th scope="col" className="end">
              Oldest wait
            </th>
          </tr>
        }
      >
        {lanes.map(({ lane, paused, running, concurrency, waiting, oldest_wait_seconds: oldest }) => (
          <tr key={lane}>
            <th scope="row">
              <Link href={`/queries?lane=${lane}`}>{lane}</Link>{' '}
              {paused && <span className="badge warn text-only">paused</span>}
            </th>
            <td>
              <Meter value={running} of={concurrency} label={`Running in ${lane}`} />
            </td>
            <td className="end number">{formatCount(waiting)}</td>
            <td className="end number">{waiting === 0 ? '–' : formatDuration(oldest * 1000)}</td>
          </tr>
        ))}
      </Table>
    </Card>
  )
}
