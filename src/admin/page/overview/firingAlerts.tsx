import { Link } from 'wouter'
import { useRead } from '../api/hooks.ts'
import { Note } from '../parts/note.tsx'
import { Ago } from '../parts/time.tsx'

/** What is wrong now, by the rules for alerts. */
export function FiringAlerts() {
  const { data } = useRead('GET /v1/alerts', { query: { state: 'firing' } }, { meta: { live: 'clock', every: 5 } })
  if (data === undefined || data.alerts.length === 0) return null
  return (
    <Note tone="bad" title={data.alerts.length === 1 ? 'An alert fires' : `${data.alerts.length} alerts fire`}>
      <ul>
        {data.alerts.map(({ id, rule, subject, started_at: since }) => (
          <li key={id}>
            <Link href="/alerts">{rule}</Link> {subject !== '' && <span>{subject} </span>}
            <span className="quiet">
              since <Ago at={since} />
            </span>
          </li>
        ))}
      </ul>
    </Note>
  )
}
