import { RotateCw } from 'lucide-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { call, type ApiError } from '../api/client.ts'
import { useAct, useRead } from '../api/hooks.ts'
import type { Delivery, DeliveryList } from '../api/types.generated.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Skeleton } from '../parts/loading.tsx'
import { ProblemNote } from '../parts/note.tsx'
import { Table } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { useSession } from '../shell/session.ts'
import { DeliveryDialog } from './deliveryDialog.tsx'

type DeliveryState = Delivery['state']

const pageSize = 50
const tones = { pending: 'busy', delivered: 'good', failed: 'bad' } as const
const all = ''

/** What was sent to webhooks, newest first. */
export function DeliveriesCard() {
  const [webhook, setWebhook] = useState(all)
  const [state, setState] = useState<DeliveryState | typeof all>(all)
  const [shown, setShown] = useState<Delivery>()
  const names =
    useRead('GET /v1/webhooks', {}, { meta: { live: 'clock', every: 5 } }).data?.webhooks.map(({ name }) => name) ?? []
  const filter = { ...(webhook === all ? {} : { webhook }), ...(state === all ? {} : { state }) }
  const list = useInfiniteQuery<DeliveryList, ApiError, Delivery[], [string, object], string | undefined>({
    queryKey: ['GET /v1/deliveries', filter],
    queryFn: ({ pageParam: before, signal }) =>
      call('GET /v1/deliveries', { query: { ...filter, before, limit: pageSize } }, signal, 5),
    initialPageParam: undefined,
    getNextPageParam: ({ deliveries }) => (deliveries.length < pageSize ? undefined : deliveries.at(-1)?.id),
    select: ({ pages }) => pages.flatMap(({ deliveries }) => deliveries),
    meta: { live: 'clock', every: 5 },
  })
  return (
    <Card
      title="Deliveries"
      flush
      aside={
        <div className="row">
          <select
            className="input"
            aria-label="Webhook"
            value={webhook}
            onChange={(event) => setWebhook(event.target.value)}
          >
            <option value={all}>all webhooks</option>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <select
            className="input"
            aria-label="State"
            value={state}
            onChange={(event) => setState(event.target.value as DeliveryState)}
          >
            <option value={all}>all states</option>
            {Object.keys(tones).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
      }
    >
      {list.isError && <ProblemNote error={list.error} />}
      {list.isPending && <Skeleton />}
      {list.data?.length === 0 && <p className="card-note quiet">Nothing was sent.</p>}
      {list.data !== undefined && list.data.length > 0 && <DeliveryTable deliveries={list.data} onShow={setShown} />}
      {list.hasNextPage && (
        <p className="card-note">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Earlier deliveries
          </Button>
        </p>
      )}
      {shown !== undefined && <DeliveryDialog delivery={shown} onClose={() => setShown(undefined)} />}
    </Card>
  )
}

interface TableProps {
  deliveries: readonly Delivery[]
  onShow: (delivery: Delivery) => void
}

function DeliveryTable({ deliveries, onShow }: TableProps) {
  return (
    <Table
      label="Deliveries"
      head={
        <tr>
          <th scope="col">Webhook</th>
          <th scope="col">Event</th>
          <th scope="col">State</th>
          <th scope="col">Last attempt</th>
          <th scope="col">Next</th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      }
    >
      {deliveries.map((delivery) => (
        <DeliveryRow key={delivery.id} delivery={delivery} onShow={onShow} />
      ))}
    </Table>
  )
}

function DeliveryRow({ delivery, onShow }: { delivery: Delivery; onShow: (delivery: Delivery) => void }) {
  const { id, webhook, type, query_id: query, state, attempts, created_at: created, next_attempt_at: next } = delivery
  const last = attempts.at(-1)
  const { read_only: readOnly } = useSession()
  const redeliver = useAction(useAct('POST /v1/deliveries/{id}/redeliver', ['GET /v1/deliveries', 'GET /v1/webhooks']))
  return (
    <tr>
      <th scope="row">
        {webhook}
        <div className="quiet">
          <Ago at={created} />
        </div>
      </th>
      <td>
        <span className="mono">{type}</span>
        {query !== null && (
          <div>
            <Link href={`/queries/${query}`} className="mono">
              …{query.slice(-12)}
            </Link>
          </div>
        )}
      </td>
      <td>
        <span className={`badge text-only ${tones[state]}`}>{state}</span>
      </td>
      <td>
        {last === undefined ? <span className="quiet">none yet</span> : (last.error ?? `${last.status}`)}
        {attempts.length > 1 && <div className="quiet">{attempts.length} attempts</div>}
      </td>
      <td>{next === null ? <span className="quiet">–</span> : <Ago at={next} />}</td>
      <td className="actions">
        <span className="row">
          <Button onClick={() => onShow(delivery)}>Show</Button>
          {!readOnly && (state !== 'pending' || last !== undefined) && (
            <Button
              icon={RotateCw}
              onClick={() =>
                void redeliver({ params: { id } }, () => `It is sent to ${webhook} again`, {
                  title: `Send it to ${webhook} again?`,
                  text: 'It has the same webhook-id as before, so that a receiver can tell that it knows it.',
                  verb: 'Send it again',
                })
              }
            >
              {state === 'pending' ? 'Send now' : 'Send again'}
            </Button>
          )}
        </span>
      </td>
    </tr>
  )
}
