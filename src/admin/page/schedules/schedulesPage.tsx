import { CalendarClock, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useRead } from '../api/hooks.ts'
import type { Schedule, ScheduleList } from '../api/types.generated.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Note } from '../parts/note.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { Table } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { useSession } from '../shell/session.ts'
import { FireBadge } from './fireBadge.tsx'
import { ScheduleActions } from './scheduleActions.tsx'
import { ScheduleBadges } from './scheduleBadges.tsx'
import { ScheduleForm } from './scheduleForm.tsx'
import { timingText } from './timing.ts'

/** Queries that are submitted again and again. */
export default function SchedulesPage() {
  const schedules = useRead('GET /v1/schedules', {}, { meta: { live: 'clock' } })
  const [edited, setEdited] = useState<Schedule | 'new'>()
  const { read_only: readOnly } = useSession()
  return (
    <>
      <PageHead title="Schedules" about="Queries that are submitted again and again, each at its times.">
        {!readOnly && (
          <Button kind="primary" icon={Plus} onClick={() => setEdited('new')}>
            Add a schedule
          </Button>
        )}
      </PageHead>
      <Loaded of={schedules}>
        {({ schedules: all, beat }) => (
          <>
            <BeatNote beat={beat} isNeeded={all.length > 0} />
            {all.length === 0 ? (
              <Card>
                <Empty icon={CalendarClock} title="No schedule yet">
                  Add one here, with <code>sluice schedule add</code>, or from files with <code>sluice apply</code>.
                </Empty>
              </Card>
            ) : (
              <ScheduleTable schedules={all} onEdit={setEdited} />
            )}
          </>
        )}
      </Loaded>
      {edited !== undefined && (
        <ScheduleForm schedule={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  )
}

function BeatNote({ beat, isNeeded }: { beat: ScheduleList['beat']; isNeeded: boolean }) {
  if (beat.alive || !isNeeded) return null
  return (
    <Note tone="bad" title="Nothing fires now">
      No worker holds the beat: start one, or look at what those that run say in their logs.
    </Note>
  )
}

interface TableProps {
  schedules: readonly Schedule[]
  onEdit: (schedule: Schedule) => void
}

function ScheduleTable({ schedules, onEdit }: TableProps) {
  return (
    <Card flush>
      <Table
        label="Schedules"
        head={
          <tr>
            <th scope="col">Schedule</th>
            <th scope="col">Times</th>
            <th scope="col">Next</th>
            <th scope="col">Last</th>
            <th scope="col">Lane</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        }
      >
        {schedules.map((schedule) => (
          <ScheduleRow key={schedule.name} schedule={schedule} onEdit={onEdit} />
        ))}
      </Table>
    </Card>
  )
}

function ScheduleRow({ schedule, onEdit }: { schedule: Schedule; onEdit: (schedule: Schedule) => void }) {
  const { name, description, next_fires: next, last_fire: last } = schedule
  return (
    <tr>
      <th scope="row">
        <span className="row">
          <Link href={`/schedules/${name}`}>{name}</Link>
          <ScheduleBadges schedule={schedule} />
        </span>
        <div className="quiet">{description}</div>
      </th>
      <td>
        <span className="mono nowrap">{timingText(schedule)}</span>
        {schedule.cron !== null && <div className="quiet">{schedule.time_zone}</div>}
      </td>
      <td>{next[0] === undefined ? <span className="quiet">–</span> : <Ago at={next[0]} />}</td>
      <td>
        {last === null ? (
          <span className="quiet">never</span>
        ) : (
          <span className="row">
            <FireBadge fire={last} />
            <span className="quiet">
              <Ago at={last.fire_at} />
            </span>
          </span>
        )}
      </td>
      <td>{schedule.lane}</td>
      <td className="actions">
        <ScheduleActions schedule={schedule} onEdit={onEdit} />
      </td>
    </tr>
  )
}
