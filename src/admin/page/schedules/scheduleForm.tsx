import './scheduleForm.css'
import { useId, useState } from 'react'
import { useAct, useRead } from '../api/hooks.ts'
import type { Schedule } from '../api/types.generated.ts'
import { Editor } from '../editor/editor.tsx'
import { FormDialog } from '../parts/formDialog.tsx'
import { ChecksInput, NameInput, NameSelect, SelectInput, TextInput } from '../parts/inputs.tsx'
import { useSay } from '../parts/toasts.tsx'
import { NextTimes } from './nextTimes.tsx'
import { bodyOf, changesOf, draftOf, limits, type ScheduleDraft } from './scheduleDraft.ts'

const limitLabels: Record<(typeof limits)[number], string> = {
  timeout_seconds: 'Run time, seconds',
  queue_timeout_seconds: 'Wait, seconds',
  row_limit: 'Rows',
  byte_limit: 'Bytes',
  ttl_seconds: 'Kept, seconds',
  max_attempts: 'Attempts',
}

export interface ScheduleFormProps {
  /** Undefined: a new one. */
  schedule: Schedule | undefined
  onClose: () => void
}

/** Adds a schedule, or changes one. */
export function ScheduleForm({ schedule, onClose }: ScheduleFormProps) {
  const say = useSay()
  const changed = ['GET /v1/schedules', 'GET /v1/schedules/{name}'] as const
  const add = useAct('POST /v1/schedules', changed)
  const change = useAct('PATCH /v1/schedules/{name}', changed)
  const [draft, setDraft] = useState(() => draftOf(schedule))
  const [mistake, setMistake] = useState<Error | null>(null)
  const set = (members: Partial<ScheduleDraft>): void => setDraft((now) => ({ ...now, ...members }))
  const submit = (): void => {
    const onSuccess = (): void => {
      say(schedule === undefined ? `${draft.name} is added` : `${draft.name} is changed`)
      onClose()
    }
    setMistake(null)
    try {
      if (schedule === undefined) add.mutate({ body: bodyOf(draft) }, { onSuccess })
      else change.mutate({ params: { name: schedule.name }, body: changesOf(draft, schedule) }, { onSuccess })
    } catch (error) {
      setMistake(error as Error)
    }
  }
  return (
    <FormDialog
      title={schedule === undefined ? 'Add a schedule' : `Change ${schedule.name}`}
      verb={schedule === undefined ? 'Add the schedule' : 'Change the schedule'}
      error={mistake ?? add.error ?? change.error}
      busy={add.isPending || change.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {schedule === undefined && <NameInput value={draft.name} onChange={(name) => set({ name })} />}
      <TextInput label="What it is for" value={draft.description} onChange={(description) => set({ description })} />
      <Times draft={draft} set={set} />
      <Statement draft={draft} set={set} />
      <Policies draft={draft} set={set} />
      <fieldset>
        <legend>Limits; empty: the lane's, and one attempt</legend>
        {limits.map((limit) => (
          <TextInput
            key={limit}
            label={limitLabels[limit]}
            type="number"
            min={1}
            value={draft[limit]}
            onChange={(value) => set({ [limit]: value })}
          />
        ))}
      </fieldset>
      <Told draft={draft} set={set} />
    </FormDialog>
  )
}

interface PartProps {
  draft: ScheduleDraft
  set: (members: Partial<ScheduleDraft>) => void
}

function Times({ draft, set }: PartProps) {
  const zones = useId()
  const { timing, cron, interval_seconds: interval, anchor_at: anchor, time_zone: zone } = draft
  return (
    <fieldset>
      <legend>When</legend>
      <SelectInput
        label="By"
        value={timing}
        options={[
          { value: 'cron', text: 'cron pattern' },
          { value: 'interval', text: 'interval' },
        ]}
        onChange={(next) => set({ timing: next })}
      />
      {timing === 'cron' ? (
        <>
          <TextInput
            label="Pattern"
            className="mono"
            placeholder="30 2 * * MON-FRI"
            hint="minute, hour, day, month, weekday; @daily"
            value={cron}
            onChange={(next) => set({ cron: next })}
            required
          />
          <TextInput
            label="Time zone"
            list={zones}
            value={zone}
            onChange={(next) => set({ time_zone: next })}
            required
          />
          <datalist id={zones}>
            {Intl.supportedValuesOf('timeZone').map((name) => (
              <option key={name}>{name}</option>
            ))}
          </datalist>
        </>
      ) : (
        <>
          <TextInput
            label="Every … seconds"
            type="number"
            min={1}
            max={315360000}
            value={interval}
            onChange={(next) => set({ interval_seconds: next })}
            required
          />
          <TextInput
            label="Counted from"
            className="mono"
            placeholder="2026-11-21T06:00:00Z"
            hint="ISO 8601 with Z or an offset; empty: now"
            value={anchor}
            onChange={(next) => set({ anchor_at: next })}
          />
        </>
      )}
      <NextTimes draft={draft} />
    </fieldset>
  )
}

function Statement({ draft, set }: PartProps) {
  const sources = useRead('GET /v1/sources', {}).data?.sources.map(({ name }) => name) ?? []
  const lanes = useRead('GET /v1/lanes', {}).data?.lanes.map(({ name }) => name) ?? []
  return (
    <fieldset>
      <legend>What</legend>
      <div className="span schedule-sql">
        <Editor initial={draft.sql} label="SQL" onChange={(sql) => set({ sql })} />
      </div>
      <NameSelect label="Source" names={sources} value={draft.source} onChange={(source) => set({ source })} />
      <NameSelect label="Lane" names={lanes} value={draft.lane} onChange={(lane) => set({ lane })} />
      <TextInput
        label="Priority"
        hint="1 goes first, 9 last"
        type="number"
        min={1}
        max={9}
        value={draft.priority}
        onChange={(priority) => set({ priority })}
        required
      />
      <div className="span">
        <TextInput
          label="Parameters for $1 …, as a JSON array"
          className="mono"
          placeholder={'["{{previous_fire_at}}", "{{fire_at}}"]'}
          hint="{{fire_at}}, {{previous_fire_at}}, {{fire_date}} and {{schedule}} stand for values of the fire."
          value={draft.params}
          onChange={(params) => set({ params })}
        />
      </div>
      <label className="field span">
        <span>Labels, a line for each, or a JSON object</span>
        <textarea
          className="input"
          placeholder="team:finance"
          value={draft.labels}
          onChange={(event) => set({ labels: event.target.value })}
        />
      </label>
    </fieldset>
  )
}

function Policies({ draft, set }: PartProps) {
  return (
    <fieldset>
      <legend>When it does not go as planned</legend>
      <SelectInput
        label="A fire that is late"
        value={draft.misfire_policy}
        options={[
          { value: 'skip', text: 'is left out' },
          { value: 'one', text: 'fires once for all' },
          { value: 'all', text: 'fires, each' },
        ]}
        onChange={(policy) => set({ misfire_policy: policy })}
      />
      <TextInput
        label="Late after, seconds"
        type="number"
        min={1}
        max={86400}
        value={draft.misfire_grace_seconds}
        onChange={(seconds) => set({ misfire_grace_seconds: seconds })}
        required
      />
      {draft.misfire_policy === 'all' && (
        <TextInput
          label="At most"
          type="number"
          min={1}
          max={1000}
          value={draft.catch_up_limit}
          onChange={(limit) => set({ catch_up_limit: limit })}
          required
        />
      )}
      <SelectInput
        label="If the last still runs"
        value={draft.overlap_policy}
        options={[
          { value: 'skip', text: 'leave this one out' },
          { value: 'queue', text: 'wait for its end' },
          { value: 'cancel', text: 'cancel the last' },
          { value: 'allow', text: 'run both' },
        ]}
        onChange={(policy) => set({ overlap_policy: policy })}
      />
    </fieldset>
  )
}

function Told({ draft: { webhooks }, set }: PartProps) {
  const names = useRead('GET /v1/webhooks', {}).data?.webhooks.map(({ name }) => name) ?? []
  if (names.length + webhooks.length === 0) return null
  return (
    <fieldset>
      <legend>Webhooks that are told besides those of its lane</legend>
      <ChecksInput options={names} chosen={webhooks} onChange={(chosen) => set({ webhooks: chosen })} />
    </fieldset>
  )
}
