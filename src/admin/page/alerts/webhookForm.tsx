import { useState } from 'react'
import { useAct, useRead } from '../api/hooks.ts'
import type { Webhook } from '../api/types.generated.ts'
import { FormDialog } from '../parts/formDialog.tsx'
import { CheckInput, ChecksInput, NameInput, TextInput } from '../parts/inputs.tsx'
import { useSay } from '../parts/toasts.tsx'

type EventType = Webhook['events'][number]

const eventTypes: readonly EventType[] = [
  'query.succeeded',
  'query.failed',
  'query.canceled',
  'query.timed_out',
  'alert.firing',
  'alert.resolved',
]
const fiveDays = 432_000

export interface WebhookFormProps {
  /** Undefined: a new one. */
  webhook: Webhook | undefined
  /** Takes the secret of a new one. */
  onSecret: (secret: string) => void
  onClose: () => void
}

/** Adds a webhook, or changes one. */
export function WebhookForm({ webhook, onSecret, onClose }: WebhookFormProps) {
  const say = useSay()
  const add = useAct('POST /v1/webhooks', ['GET /v1/webhooks'])
  const change = useAct('PATCH /v1/webhooks/{name}', ['GET /v1/webhooks'])
  const lanes = useRead('GET /v1/lanes', {}).data?.lanes.map(({ name }) => name) ?? []
  const [fields, setFields] = useState(() => ({
    name: webhook?.name ?? '',
    description: webhook?.description ?? '',
    url: webhook?.url ?? '',
    events: webhook?.events ?? [...eventTypes],
    lanes: webhook?.lanes ?? null,
    enabled: webhook?.enabled ?? true,
    disable_after_seconds: String(webhook?.disable_after_seconds ?? fiveDays),
  }))
  const set = (members: Partial<typeof fields>): void => setFields({ ...fields, ...members })
  const submit = (): void => {
    const { name, ...rest } = fields
    const body = { ...rest, disable_after_seconds: Number(fields.disable_after_seconds) }
    if (webhook === undefined) {
      const onSuccess = ({ secret }: { secret: string }): void => {
        onClose()
        onSecret(secret)
      }
      add.mutate({ body: { name, ...body } }, { onSuccess })
    } else {
      const onSuccess = (): void => {
        say(`${name} is changed`)
        onClose()
      }
      change.mutate({ params: { name }, body }, { onSuccess })
    }
  }
  return (
    <FormDialog
      title={webhook === undefined ? 'Add a webhook' : `Change ${webhook.name}`}
      verb={webhook === undefined ? 'Add the webhook' : 'Change the webhook'}
      error={add.error ?? change.error}
      busy={add.isPending || change.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {webhook === undefined && <NameInput value={fields.name} onChange={(name) => set({ name })} />}
      <TextInput
        label="Address"
        type="url"
        placeholder="https://hooks.example.com/sluice"
        hint="https, and public unless SLUICE_WEBHOOK_NETWORKS allows it"
        value={fields.url}
        onChange={(url) => set({ url })}
        required
      />
      <TextInput label="What it is for" value={fields.description} onChange={(description) => set({ description })} />
      <fieldset>
        <legend>Told of</legend>
        <ChecksInput
          options={eventTypes}
          chosen={fields.events}
          onChange={(events) => set({ events: events as EventType[] })}
        />
      </fieldset>
      <fieldset>
        <legend>Lanes</legend>
        <CheckInput checked={fields.lanes === null} onChange={(all) => set({ lanes: all ? null : [] })}>
          every lane
        </CheckInput>
        {fields.lanes !== null && (
          <>
            <ChecksInput options={lanes} chosen={fields.lanes} onChange={(chosen) => set({ lanes: chosen })} />
            {fields.lanes.length === 0 && <p className="quiet span">Only queries and schedules that name it.</p>}
          </>
        )}
      </fieldset>
      <fieldset>
        <legend>Use</legend>
        <TextInput
          label="Off after failing for, seconds"
          type="number"
          min={60}
          max={31_536_000}
          value={fields.disable_after_seconds}
          onChange={(seconds) => set({ disable_after_seconds: seconds })}
          required
        />
        <CheckInput checked={fields.enabled} onChange={(enabled) => set({ enabled })}>
          It is called
        </CheckInput>
      </fieldset>
    </FormDialog>
  )
}
