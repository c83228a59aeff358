import { Cpu, Power } from 'lucide-react'
import { useAct, useRead } from '../api/hooks.ts'
import type { Worker } from '../api/types.generated.ts'
import { formatBytes, plural } from '../formats/numbers.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Meter } from '../parts/meter.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { Table } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { useSession } from '../shell/session.ts'

const tones = { alive: 'good', draining: 'warn', silent: 'bad', stopped: 'idle' } as const

/** Worker processes: those that run, and those that stopped within a day. */
export default function WorkersPage() {
  const workers = useRead('GET /v1/workers', {}, { meta: { live: 'clock' } })
  return (
    <>
      <PageHead title="Workers" about="Processes that run queries. One that stopped is listed for a day." />
      <Loaded of={workers}>{({ workers: all }) => <WorkerTable workers={all} />}</Loaded>
    </>
  )
}

function WorkerTable({ workers }: { workers: readonly Worker[] }) {
  if (workers.length === 0) {
    return (
      <Card>
        <Empty icon={Cpu} title="No worker runs">
          Queries wait until one does: start <code>npx sluice worker</code>, on any host that reaches the database.
        </Empty>
      </Card>
    )
  }
  return (
    <Card flush>
      <Table
        label="Workers"
        head={
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">State</th>
            <th scope="col">Busy slots</th>
            <th scope="col" className="end">
              Memory
            </th>
            <th scope="col">Lanes</th>
            <th scope="col">Version</th>
            <th scope="col">Heartbeat</th>
            <th scope="col">Started</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        }
      >
        {workers.map((worker) => (
          <WorkerRow key={worker.id} worker={worker} />
        ))}
      </Table>
    </Card>
  )
}

function WorkerRow({ worker }: { worker: Worker }) {
  const { status, slots, busy, lanes } = worker
  const isStopped = status === 'stopped'
  return (
    <tr>
      <th scope="row">
        {worker.host} <span className="quiet number">pid {worker.pid}</span>
        <div className="quiet mono">…{worker.id.slice(-12)}</div>
      </th>
      <td>
        <span className={`badge text-only ${tones[status]}`}>{status}</span>
        {worker.drain_reason !== null && <div className="quiet">{worker.drain_reason}</div>}
      </td>
      <td>{isStopped ? <span className="quiet">–</span> : <Meter value={busy} of={slots} label="Busy slots" />}</td>
      <td className="end number">{worker.rss_bytes === null ? '–' : formatBytes(worker.rss_bytes)}</td>
      <td>
        <span className="row wrap">
          {lanes.map((lane) => (
            <span key={lane} className="chip">
              {lane}
            </span>
          ))}
        </span>
      </td>
      <td className="number">{worker.version}</td>
      <td>
        <Ago at={worker.stopped_at ?? worker.heartbeat_at} />
      </td>
      <td>
        <Ago at={worker.started_at} />
      </td>
      <td className="actions">{(status === 'alive' || status === 'silent') && <DrainButton worker={worker} />}</td>
    </tr>
  )
}

function DrainButton({ worker: { id, host, busy, supervisor_pid: supervisor } }: { worker: Worker }) {
  const drain = useAct('POST /v1/workers/{id}/drain', ['GET /v1/workers'])
  const act = useAction(drain)
  const { read_only: readOnly } = useSession()
  if (readOnly) return null
  return (
    <Button
      icon={Power}
      busy={drain.isPending}
      onClick={() =>
        void act({ params: { id } }, () => `${host} drains`, {
          title: `Drain the worker on ${host}?`,
          text: `It claims nothing more and stops once what it runs has ended, ${plural(busy, 'query', 'queries')} now. ${supervisor === null ? 'Only whoever started it can start it again.' : 'Its supervisor then starts another.'}`,
          verb: 'Drain it',
          danger: true,
        })
      }
    >
      Drain
    </Button>
  )
}
