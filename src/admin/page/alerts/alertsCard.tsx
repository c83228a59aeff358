import { BellOff } from 'lucide-react'
import { Link } from 'wouter'
import { useRead } from '../api/hooks.ts'
import type { AlertList } from '../api/types.generated.ts'
import { formatDuration } from '../formats/times.ts'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Table } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { measures } from './measures.ts'

type Alert = AlertList['alerts'][number]

const tones = { firing: 'bad', pending: 'warn', resolved: 'good' } as const

/** Alerts that fire, will fire, or fired. */
export function AlertsCard() {
  const alerts = useRead('GET /v1/alerts', {}, { meta: { live: 'clock', every: 5 } })
  return (
    <Card title="Alerts" flush>
      <Loaded of={alerts}>
        {({ alerts: all }) =>
          all.length === 0 ? <Empty icon={BellOff} title="No alert fired yet" /> : <AlertTable alerts={all} />
        }
      </Loaded>
    </Card>
  )
}

function AlertTable({ alerts }: { alerts: readonly Alert[] }) {
  return (
    <Table
      label="Alerts"
      head={
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">State</th>
          <th scope="col">Of</th>
          <th scope="col">Value</th>
          <th scope="col">Began</th>
          <th scope="col">Lasted</th>
        </tr>
      }
    >
      {alerts.map((alert) => (
        <AlertRow key={alert.id} alert={alert} />
      ))}
    </Table>
  )
}

function AlertRow({ alert }: { alert: Alert }) {
  const { rule, state, subject, measure, value, comparison, threshold, started_at: began, resolved_at: ended } = alert
  const { format } = measures[measure]
  const isOfLane = measure === 'failure_rate' || measure === 'queue_depth' || measure === 'oldest_wait_seconds'
  return (
    <tr>
      <th scope="row">{rule}</th>
      <td>
        <span className={`badge text-only ${tones[state]}`}>{state}</span>
      </td>
      <td>{isOfLane && subject !== '' ? <Link href={`/queries?lane=${subject}`}>{subject}</Link> : subject}</td>
      <td className="number">
        {format(value)} <span className="quiet">{`${comparison} ${format(threshold)}`}</span>
      </td>
      <td>
        <Ago at={began} />
      </td>
      <td className="number">
        {ended === null ? '–' : formatDuration(new Date(ended).getTime() - new Date(began).getTime())}
      </td>
    </tr>
  )
}
