import { Pause, Pencil, Play, Trash2, Zap } from 'lucide-react'
import { useAct } from '../api/hooks.ts'
import type { Route } from '../api/client.ts'
import type { Schedule } from '../api/types.generated.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { useSession } from '../shell/session.ts'

const changed: readonly Route[] = ['GET /v1/schedules', 'GET /v1/schedules/{name}', 'GET /v1/schedules/{name}/fires']

export interface ScheduleActionsProps {
  schedule: Schedule
  onEdit: (schedule: Schedule) => void
  /** After it was removed. */
  onGone?: () => void
}

/** What can be done with a schedule. */
export function ScheduleActions({ schedule, onEdit, onGone }: ScheduleActionsProps) {
  const { name, paused, managed } = schedule
  const { read_only: readOnly } = useSession()
  const run = useAction(useAct('POST /v1/schedules/{name}/run', changed))
  const pause = useAction(useAct('POST /v1/schedules/{name}/pause', changed))
  const resume = useAction(useAct('POST /v1/schedules/{name}/resume', changed))
  const remove = useAction(useAct('DELETE /v1/schedules/{name}', changed))
  if (readOnly) return null
  const input = { params: { name } }
  const removeIt = async (): Promise<void> => {
    const question = {
      title: `Remove ${name}?`,
      text: `It fires no more, and its history is gone. Its queries stay.${managed ? ' The next sluice apply of its file adds it again.' : ''}`,
      verb: 'Remove it',
      danger: true,
    }
    let gone = false
    await remove(
      input,
      () => {
        gone = true
        return `${name} is gone`
      },
      question,
    )
    if (gone) onGone?.()
  }
  return (
    <span className="row">
      <Button
        icon={Zap}
        onClick={() =>
          void run(input, () => `The query of ${name} is submitted`, {
            title: `Run ${name} now?`,
            text: 'Its query is submitted now, besides its times, which stay as they are.',
            verb: 'Run it',
          })
        }
      >
        Run now
      </Button>
      {paused ? (
        <Button icon={Play} onClick={() => void resume(input, () => `${name} fires again`)}>
          Resume
        </Button>
      ) : (
        <Button
          icon={Pause}
          onClick={() =>
            void pause(input, () => `${name} is paused`, {
              title: `Pause ${name}?`,
              text: 'It does not fire until it is resumed. What falls into the pause is not made up for.',
              verb: 'Pause it',
            })
          }
        >
          Pause
        </Button>
      )}
      <Button kind="plain" icon={Pencil} label={`Change ${name}`} onClick={() => onEdit(schedule)} />
      <Button kind="plain" icon={Trash2} label={`Remove ${name}`} onClick={() => void removeIt()} />
    </span>
  )
}
