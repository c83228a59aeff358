import { useState } from 'react'
import { useAct } from '../api/hooks.ts'
import type { Lane, LaneChangeInput } from '../api/types.generated.ts'
import { Field } from '../parts/field.tsx'
import { FormDialog } from '../parts/formDialog.tsx'
import { useSay } from '../parts/toasts.tsx'

type NumberSetting = Exclude<keyof LaneChangeInput, 'description' | 'paused'>

interface Setting {
  name: NumberSetting
  label: string
  hint?: string
  /** It may be left empty: no limit. */
  optional?: boolean
}

const groups: { title: string; settings: Setting[] }[] = [
  {
    title: 'Load',
    settings: [
      { name: 'concurrency', label: 'Run at one time', hint: 'over all workers' },
      { name: 'max_queued', label: 'Wait at most', hint: 'one more is refused' },
      { name: 'queue_timeout_seconds', label: 'Wait limit, seconds', optional: true },
    ],
  },
  {
    title: 'Run time, seconds',
    settings: [
      { name: 'timeout_seconds', label: 'Unless a request says' },
      { name: 'max_timeout_seconds', label: 'Most that it may say' },
    ],
  },
  {
    title: 'Rows of a result',
    settings: [
      { name: 'row_limit', label: 'Unless a request says', optional: true },
      { name: 'max_row_limit', label: 'Most that it may say', optional: true },
    ],
  },
  {
    title: 'Bytes of a result',
    settings: [
      { name: 'byte_limit', label: 'Unless a request says', optional: true },
      { name: 'max_byte_limit', label: 'Most that it may say', optional: true },
    ],
  },
  {
    title: 'Kept, seconds',
    settings: [
      { name: 'ttl_seconds', label: 'Unless a request says' },
      { name: 'max_ttl_seconds', label: 'Most that it may say' },
    ],
  },
]
const all = groups.flatMap(({ settings }) => settings)

/** Adds a lane, or changes the limits of one. */
export function LaneForm({ lane, onClose }: { lane: Lane | undefined; onClose: () => void }) {
  const say = useSay()
  const add = useAct('POST /v1/lanes', ['GET /v1/lanes'])
  const change = useAct('PATCH /v1/lanes/{name}', ['GET /v1/lanes'])
  const [name, setName] = useState(lane?.name ?? '')
  const [description, setDescription] = useState(lane?.description ?? '')
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(all.map((setting) => [setting.name, String(lane?.[setting.name] ?? '')])),
  )
  const submit = (): void => {
    const body = { description, ...changes(texts, lane) }
    const onSuccess = (): void => {
      say(lane === undefined ? `${name} is added` : `${name} is changed`)
      onClose()
    }
    if (lane === undefined) add.mutate({ body: { name, ...body } }, { onSuccess })
    else change.mutate({ params: { name }, body }, { onSuccess })
  }
  return (
    <FormDialog
      title={lane === undefined ? 'Add a lane' : `Change ${lane.name}`}
      verb={lane === undefined ? 'Add the lane' : 'Change the lane'}
      error={add.error ?? change.error}
      busy={add.isPending || change.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {lane === undefined && (
        <Field label="Name">
          <input
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            pattern="[a-z0-9][a-z0-9_\-]{0,62}"
            title="Lower-case letters, digits, _ and -"
            required
          />
        </Field>
      )}
      <Field label="What it is for">
        <input className="input" value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
      {groups.map(({ title, settings }) => (
        <fieldset key={title}>
          <legend>{title}</legend>
          {settings.map(({ name: setting, label, hint, optional = false }) => (
            <Field key={setting} label={label} hint={hint}>
              <input
                className="input number"
                type="number"
                min={1}
                step={1}
                placeholder={optional ? 'no limit' : lane === undefined ? 'as usual' : ''}
                required={!optional && lane !== undefined}
                value={texts[setting]}
                onChange={(event) => setTexts({ ...texts, [setting]: event.target.value })}
              />
            </Field>
          ))}
        </fieldset>
      ))}
    </FormDialog>
  )
}

/** Only what is not as it was: another operator may be changing the rest. */
function changes(texts: Record<string, string>, lane: Lane | undefined): LaneChangeInput {
  const changed = all.filter(({ name }) => texts[name] !== String(lane?.[name] ?? ''))
  return Object.fromEntries(changed.map(({ name }) => [name, texts[name] === '' ? null : Number(texts[name])]))
}
