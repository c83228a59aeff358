import { useState } from 'react'
import { useLocation, useParams } from 'wouter'
import { useRead } from '../api/hooks.ts'
import type { Schedule } from '../api/types.generated.ts'
import { Editor } from '../editor/editor.tsx'
import { formatBytes, formatCount } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copyButton.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Note } from '../parts/note.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { Ago } from '../parts/time.tsx'
import { Parameters } from '../query/parameters.tsx'
import '../query/queryPage.css'
import { FireHistory } from './fireHistory.tsx'
import { ScheduleActions } from './scheduleActions.tsx'
import { ScheduleBadges } from './scheduleBadges.tsx'
import { ScheduleForm } from './scheduleForm.tsx'
import { formatIn } from './timesIn.ts'
import { timingText } from './timing.ts'

const late = { skip: 'is left out', one: 'fires once for all', all: 'fires, each' } as const
const overlap = {
  skip: 'this one is left out',
  queue: 'this one waits',
  cancel: 'the last is canceled',
  allow: 'both run',
} as const

/** Everything about one schedule. */
export default function SchedulePage() {
  const { name } = useParams<{ name: string }>()
  const schedule = useRead('GET /v1/schedules/{name}', { params: { name } }, { meta: { live: 'clock' } })
  return <Loaded of={schedule}>{(read) => <ScheduleView schedule={read} />}</Loaded>
}

function ScheduleView({ schedule }: { schedule: Schedule }) {
  const [isEdited, setEdited] = useState(false)
  const [, go] = useLocation()
  const { name, description, sql, params, problem } = schedule
  return (
    <>
      <PageHead
        title={name}
        beside={<ScheduleBadges schedule={schedule} />}
        {...(description === '' ? {} : { about: description })}
      >
        <ScheduleActions schedule={schedule} onEdit={() => setEdited(true)} onGone={() => go('/schedules')} />
      </PageHead>
      {problem !== null && (
        <Note tone="bad" title="It cannot fire">
          {problem}
        </Note>
      )}
      <div className="query-page">
        <div className="stack">
          <Card title="SQL" flush aside={<CopyButton text={sql} label="Copy the SQL" />}>
            <Editor key={sql} initial={sql} label="SQL of the schedule" />
          </Card>
          <Parameters params={params} />
          <FireHistory name={name} />
        </div>
        <div className="stack">
          <NextFires schedule={schedule} />
          <ScheduleFacts schedule={schedule} />
        </div>
      </div>
      {isEdited && <ScheduleForm schedule={schedule} onClose={() => setEdited(false)} />}
    </>
  )
}

function NextFires({ schedule: { next_fires: times, time_zone: zone } }: { schedule: Schedule }) {
  return (
    <Card title="Next">
      {times.length === 0 ? (
        <p className="quiet">It does not fire.</p>
      ) : (
        <dl className="facts">
          {times.map((at) => (
            <div key={at}>
              <dt className="number">{formatIn(zone, at)}</dt>
              <dd>
                <Ago at={at} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  )
}

function ScheduleFacts({ schedule }: { schedule: Schedule }) {
  const seconds = (value: number | null): string | undefined =>
    value === null ? undefined : formatDuration(value * 1000)
  const facts: [string, string | undefined][] = [
    ['Times', timingText(schedule)],
    ['Time zone', schedule.cron === null ? undefined : schedule.time_zone],
    ['Source', schedule.source],
    ['Lane', schedule.lane],
    ['Priority', String(schedule.priority)],
    ['A late fire', late[schedule.misfire_policy]],
    ['Late after', seconds(schedule.misfire_grace_seconds)],
    ['If the last still runs', overlap[schedule.overlap_policy]],
    ['Run time limit', seconds(schedule.timeout_seconds)],
    ['Wait limit', seconds(schedule.queue_timeout_seconds)],
    ['Row limit', schedule.row_limit === null ? undefined : formatCount(schedule.row_limit)],
    ['Byte limit', schedule.byte_limit === null ? undefined : formatBytes(schedule.byte_limit)],
    ['Result kept', seconds(schedule.ttl_seconds)],
    ['Webhooks', schedule.webhooks?.join(', ')],
    [
      'Labels',
      Object.entries(schedule.labels)
        .map(([key, value]) => `${key}:${value}`)
        .join(', ') || undefined,
    ],
  ]
  return (
    <Card title="Settings">
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Card>
  )
}
