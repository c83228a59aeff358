import { useState } from 'react'
import { useAct, useRead } from '../api/hooks.ts'
import type { AlertRule } from '../api/types.generated.ts'
import { FormDialog } from '../parts/formDialog.tsx'
import { CheckInput, ChecksInput, NameInput, SelectInput, TextInput } from '../parts/inputs.tsx'
import { useSay } from '../parts/toasts.tsx'
import { measures, type Measure } from './measures.ts'

const anyLane = ''

/** Adds an alert rule, or changes one. */
export function RuleForm({ rule, onClose }: { rule: AlertRule | undefined; onClose: () => void }) {
  const say = useSay()
  const add = useAct('POST /v1/alerts/rules', ['GET /v1/alerts/rules'])
  const change = useAct('PATCH /v1/alerts/rules/{name}', ['GET /v1/alerts/rules'])
  const lanes = useRead('GET /v1/lanes', {}).data?.lanes.map(({ name }) => name) ?? []
  const hooks = useRead('GET /v1/webhooks', {}).data?.webhooks.map(({ name }) => name) ?? []
  const [fields, setFields] = useState(() => ({
    name: rule?.name ?? '',
    description: rule?.description ?? '',
    measure: rule?.measure ?? ('failure_rate' as Measure),
    subject: rule?.subject ?? anyLane,
    comparison: rule?.comparison ?? ('above' as AlertRule['comparison']),
    threshold: rule === undefined ? '' : String(rule.threshold),
    for_seconds: String(rule?.for_seconds ?? 300),
    window_seconds: String(rule?.window_seconds ?? 300),
    least_samples: String(rule?.least_samples ?? 10),
    enabled: rule?.enabled ?? true,
    webhooks: rule?.webhooks ?? null,
  }))
  const set = (members: Partial<typeof fields>): void => setFields({ ...fields, ...members })
  const { measure, webhooks } = fields
  const isOfLanes = measure === 'failure_rate' || measure === 'queue_depth' || measure === 'oldest_wait_seconds'
  /** Stores have no field here: what a rule says of them stays. */
  const subjectOf = (): string | null => {
    if (isOfLanes) return fields.subject === anyLane ? null : fields.subject
    return rule?.measure === measure ? rule.subject : null
  }
  const submit = (): void => {
    const { name, ...rest } = fields
    const body = {
      ...rest,
      subject: subjectOf(),
      threshold: Number(fields.threshold),
      for_seconds: Number(fields.for_seconds),
      window_seconds: Number(fields.window_seconds),
      least_samples: Number(fields.least_samples),
    }
    const onSuccess = (): void => {
      say(rule === undefined ? `${name} is added` : `${name} is changed`)
      onClose()
    }
    if (rule === undefined) add.mutate({ body: { name, ...body } }, { onSuccess })
    else change.mutate({ params: { name }, body }, { onSuccess })
  }
  return (
    <FormDialog
      title={rule === undefined ? 'Add a rule' : `Change ${rule.name}`}
      verb={rule === undefined ? 'Add the rule' : 'Change the rule'}
      error={add.error ?? change.error}
      busy={add.isPending || change.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {rule === undefined && <NameInput value={fields.name} onChange={(name) => set({ name })} />}
      <TextInput label="What it is for" value={fields.description} onChange={(description) => set({ description })} />
      <fieldset>
        <legend>Fires on</legend>
        <SelectInput
          label="Measure"
          value={measure}
          options={(Object.keys(measures) as Measure[]).map((value) => ({ value, text: measures[value].text }))}
          onChange={(next) => set({ measure: next })}
        />
        {isOfLanes && (
          <SelectInput
            label="Of lane"
            value={fields.subject}
            options={[
              { value: anyLane, text: 'each on its own' },
              ...lanes.map((name) => ({ value: name, text: name })),
            ]}
            onChange={(subject) => set({ subject })}
          />
        )}
        <SelectInput
          label="Is"
          value={fields.comparison}
          options={[
            { value: 'above', text: 'above' },
            { value: 'below', text: 'below' },
          ]}
          onChange={(comparison) => set({ comparison })}
        />
        <TextInput
          label="Threshold"
          hint={measures[measure].unit}
          type="number"
          step="any"
          value={fields.threshold}
          onChange={(threshold) => set({ threshold })}
          required
        />
        <TextInput
          label="For, seconds"
          type="number"
          min={0}
          max={86400}
          value={fields.for_seconds}
          onChange={(seconds) => set({ for_seconds: seconds })}
          required
        />
        {measure === 'failure_rate' && (
          <>
            <TextInput
              label="Over the last … seconds"
              type="number"
              min={60}
              max={86400}
              value={fields.window_seconds}
              onChange={(seconds) => set({ window_seconds: seconds })}
              required
            />
            <TextInput
              label="If at least … ended"
              type="number"
              min={1}
              value={fields.least_samples}
              onChange={(samples) => set({ least_samples: samples })}
              required
            />
          </>
        )}
      </fieldset>
      <fieldset>
        <legend>Tells</legend>
        <CheckInput checked={webhooks === null} onChange={(all) => set({ webhooks: all ? null : [] })}>
          every webhook that wants alerts
        </CheckInput>
        {webhooks !== null && (
          <ChecksInput options={hooks} chosen={webhooks} onChange={(chosen) => set({ webhooks: chosen })} />
        )}
      </fieldset>
      <CheckInput checked={fields.enabled} onChange={(enabled) => set({ enabled })}>
        It is looked at
      </CheckInput>
    </FormDialog>
  )
}
