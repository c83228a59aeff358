import { Plus, Webhook as WebhookIcon } from 'lucide-react'
import { useState } from 'react'
import { useRead } from '../api/hooks.ts'
import type { Webhook } from '../api/types.generated.ts'
import { formatCount } from '../formats/numbers.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Table } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { useSession } from '../shell/session.ts'
import { SecretDialog } from './secretDialog.tsx'
import { WebhookActions } from './webhookActions.tsx'
import { WebhookForm } from './webhookForm.tsx'

/** Addresses that are told. */
export function WebhooksCard() {
  const webhooks = useRead('GET /v1/webhooks', {}, { meta: { live: 'clock', every: 5 } })
  const [edited, setEdited] = useState<Webhook | 'new'>()
  const [secret, setSecret] = useState<string>()
  const { read_only: readOnly } = useSession()
  return (
    <Card
      title="Webhooks"
      flush
      aside={
        !readOnly && (
          <Button icon={Plus} onClick={() => setEdited('new')}>
            Add a webhook
          </Button>
        )
      }
    >
      <Loaded of={webhooks}>
        {({ webhooks: all }) =>
          all.length === 0 ? (
            <Empty icon={WebhookIcon} title="No webhook yet">
              One is an address that is called when a query ends or an alert fires.
            </Empty>
          ) : (
            <WebhookTable webhooks={all} onEdit={setEdited} onSecret={setSecret} />
          )
        }
      </Loaded>
      {edited !== undefined && (
        <WebhookForm
          webhook={edited === 'new' ? undefined : edited}
          onSecret={setSecret}
          onClose={() => setEdited(undefined)}
        />
      )}
      {secret !== undefined && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </Card>
  )
}

interface TableProps {
  webhooks: readonly Webhook[]
  onEdit: (webhook: Webhook) => void
  onSecret: (secret: string) => void
}

function WebhookTable({ webhooks, onEdit, onSecret }: TableProps) {
  return (
    <Table
      label="Webhooks"
      head={
        <tr>
          <th scope="col">Webhook</th>
          <th scope="col">State</th>
          <th scope="col">Of</th>
          <th scope="col" className="end">
            To be sent
          </th>
          <th scope="col">Last taken</th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      }
    >
      {webhooks.map((webhook) => (
        <tr key={webhook.name}>
          <th scope="row">
            {webhook.name}
            <div className="quiet mono">{webhook.url}</div>
          </th>
          <td>
            <WebhookState webhook={webhook} />
          </td>
          <td>
            {webhook.lanes === null ? 'every lane' : webhook.lanes.join(', ') || 'queries that name it'}
            <div className="quiet">{eventsText(webhook.events)}</div>
          </td>
          <td className="end number">{formatCount(webhook.pending)}</td>
          <td>
            {webhook.last_success_at === null ? (
              <span className="quiet">never</span>
            ) : (
              <Ago at={webhook.last_success_at} />
            )}
          </td>
          <td className="actions">
            <WebhookActions webhook={webhook} onEdit={onEdit} onSecret={onSecret} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

function WebhookState({ webhook }: { webhook: Webhook }) {
  const { enabled, disabled_reason: reason, failing_since: since, held_until: held } = webhook
  if (!enabled) {
    return (
      <>
        <span className={`badge text-only ${reason === null ? 'idle' : 'bad'}`}>off</span>
        {reason !== null && <div className="quiet">{reason}</div>}
      </>
    )
  }
  return (
    <>
      {since === null ? (
        <span className="badge good text-only">fine</span>
      ) : (
        <span className="badge warn text-only">
          fails since <Ago at={since} />
        </span>
      )}
      {held !== null && (
        <div className="quiet">
          asked to be left alone; next <Ago at={held} />
        </div>
      )}
    </>
  )
}

function eventsText(events: Webhook['events']): string {
  const short = events.map((event) =>
    event
      .replace(/^query\./, '')
      .replaceAll('_', ' ')
      .replace('.', ' '),
  )
  return short.join(', ')
}
