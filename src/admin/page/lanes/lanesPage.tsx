import { Layers, Pause, Pencil, Play, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useAct, useRead } from '../api/hooks.ts'
import type { Lane } from '../api/types.generated.ts'
import { formatCount } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Meter } from '../parts/meter.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { Table } from '../parts/table.tsx'
import { useSession } from '../shell/session.ts'
import { LaneForm } from './laneForm.tsx'

/** Named queues, their load and their limits. */
export default function LanesPage() {
  const lanes = useRead('GET /v1/lanes', {}, { meta: { live: 'clock' } })
  const [edited, setEdited] = useState<Lane | 'new'>()
  const { read_only: readOnly } = useSession()
  return (
    <>
      <PageHead title="Lanes" about="Named queues with limits of their own. A change takes effect with the next claim.">
        {!readOnly && (
          <Button kind="primary" icon={Plus} onClick={() => setEdited('new')}>
            Add a lane
          </Button>
        )}
      </PageHead>
      <Loaded of={lanes}>{({ lanes: all }) => <LaneTable lanes={all} onEdit={setEdited} />}</Loaded>
      {edited !== undefined && (
        <LaneForm lane={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  )
}

function LaneTable({ lanes, onEdit }: { lanes: readonly Lane[]; onEdit: (lane: Lane) => void }) {
  return (
    <Card flush>
      {lanes.length === 0 && <Empty icon={Layers} title="There is no lane" />}
      <Table
        label="Lanes"
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
            <th scope="col" className="end">
              For later
            </th>
            <th scope="col" className="end">
              Slots
            </th>
            <th scope="col" className="end">
              Run limit
            </th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        }
      >
        {lanes.map((lane) => (
          <LaneRow key={lane.name} lane={lane} onEdit={onEdit} />
        ))}
      </Table>
    </Card>
  )
}

function LaneRow({ lane, onEdit }: { lane: Lane; onEdit: (lane: Lane) => void }) {
  const { name, paused, waiting, oldest_wait_seconds: oldest, slots } = lane
  const isStuck = waiting > 0 && slots === 0
  return (
    <tr>
      <th scope="row">
        <span className="row">
          <Link href={`/queries?lane=${name}`}>{name}</Link>
          {paused && <span className="badge warn text-only">paused</span>}
          {isStuck && <span className="badge bad text-only">no worker serves it</span>}
        </span>
        <div className="quiet">{lane.description}</div>
      </th>
      <td>
        <Meter value={lane.running} of={lane.concurrency} label="Running of those that may run" />
      </td>
      <td className="end number">{formatCount(waiting)}</td>
      <td className="end number">{waiting === 0 ? '–' : formatDuration(oldest * 1000)}</td>
      <td className="end number">{lane.scheduled === 0 ? '–' : formatCount(lane.scheduled)}</td>
      <td className="end number">{formatCount(slots)}</td>
      <td className="end number">{formatDuration(lane.timeout_seconds * 1000)}</td>
      <td className="actions">
        <LaneActions lane={lane} onEdit={onEdit} />
      </td>
    </tr>
  )
}

function LaneActions({ lane, onEdit }: { lane: Lane; onEdit: (lane: Lane) => void }) {
  const { name, paused } = lane
  const { read_only: readOnly } = useSession()
  const pause = useAction(useAct('POST /v1/lanes/{name}/pause', ['GET /v1/lanes']))
  const resume = useAction(useAct('POST /v1/lanes/{name}/resume', ['GET /v1/lanes']))
  const remove = useAction(useAct('DELETE /v1/lanes/{name}', ['GET /v1/lanes']))
  if (readOnly) return null
  const input = { params: { name } }
  return (
    <span className="row">
      {paused ? (
        <Button icon={Play} onClick={() => void resume(input, () => `${name} goes on`)}>
          Resume
        </Button>
      ) : (
        <Button
          icon={Pause}
          onClick={() =>
            void pause(input, () => `${name} is paused`, {
              title: `Pause ${name}?`,
              text: 'Nothing of it is started until it is resumed; what runs goes on.',
              verb: 'Pause it',
            })
          }
        >
          Pause
        </Button>
      )}
      <Button kind="plain" icon={Pencil} label={`Change ${name}`} onClick={() => onEdit(lane)} />
      <Button
        kind="plain"
        icon={Trash2}
        label={`Remove ${name}`}
        onClick={() =>
          void remove(input, () => `${name} is gone`, {
            title: `Remove ${name}?`,
            text: 'Requests that name it are refused from then on. Its past queries stay.',
            verb: 'Remove it',
            danger: true,
          })
        }
      />
    </span>
  )
}
