import './timeline.css'
import { CirclePlay, LoaderCircle } from 'lucide-react'
import type { Query, QueryDetails } from '../api/types.generated.ts'
import { formatClock, formatDuration, formatTime } from '../formats/times.ts'
import { Card } from '../parts/card.tsx'
import { useNow } from '../parts/now.tsx'
import { isTerminal, stateLooks } from '../parts/stateBadge.tsx'

export interface TimelineProps {
  query: Query
  events: QueryDetails['events']
}

/** Every state that the query entered, and how long it was in each. */
export function Timeline({ query, events }: TimelineProps) {
  const now = useNow()
  const attempts = events.reduce((most, { attempt }) => Math.max(most, attempt), 0)
  return (
    <Card title="Timeline">
      <ol className="timeline">
        {events.map((event, index) => {
          const { label, icon, tone } = stateLooks[event.state]
          const at = new Date(event.at)
          const next = events[index + 1]
          const end = next === undefined ? (isTerminal(event.state) ? undefined : now) : new Date(next.at).getTime()
          // What turns while it lasts has an end by now.
          const Icon = next !== undefined && icon === LoaderCircle ? CirclePlay : icon
          return (
            <li key={event.id}>
              <span className={`timeline-sign ${tone}`}>
                <Icon aria-hidden className={Icon === LoaderCircle ? 'spin' : undefined} />
              </span>
              <div className="grow">
                <div className="row">
                  <strong>{label}</strong>
                  {attempts > 1 && event.state === 'running' && <span className="quiet">attempt {event.attempt}</span>}
                  <time className="quiet number" dateTime={event.at} title={formatTime(at)}>
                    {formatClock(at)}
                  </time>
                </div>
                {(event.worker_host !== null || event.reason !== null) && (
                  <div className="quiet">
                    {[event.reason, event.worker_host !== null && `on ${event.worker_host}`].filter(Boolean).join(', ')}
                  </div>
                )}
                {end !== undefined && (
                  <div className="timeline-span number">{formatDuration(Math.max(0, end - at.getTime()))}</div>
                )}
              </div>
            </li>
          )
        })}
      </ol>
      {query.timings_ms.first_row !== null && (
        <p className="quiet timeline-foot">First row after {formatDuration(query.timings_ms.first_row)} of running.</p>
      )}
    </Card>
  )
}
