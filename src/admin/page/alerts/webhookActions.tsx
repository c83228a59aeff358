import { KeyRound, Pencil, RotateCw, Send, Trash2 } from 'lucide-react'
import { useAct } from '../api/hooks.ts'
import type { Webhook } from '../api/types.generated.ts'
import { plural } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { useSay } from '../parts/toasts.tsx'
import { useSession } from '../shell/session.ts'

export interface WebhookActionsProps {
  webhook: Webhook
  onEdit: (webhook: Webhook) => void
  /** Takes a new secret, which is shown once. */
  onSecret: (secret: string) => void
}

/** What can be done with a webhook. */
export function WebhookActions({ webhook, onEdit, onSecret }: WebhookActionsProps) {
  const { name } = webhook
  const say = useSay()
  const { read_only: readOnly } = useSession()
  const tested = useAct('POST /v1/webhooks/{name}/test', ['GET /v1/webhooks'])
  const test = useAction(tested)
  const renew = useAction(useAct('POST /v1/webhooks/{name}/secret', []))
  const redeliver = useAction(useAct('POST /v1/webhooks/{name}/redeliver', ['GET /v1/deliveries', 'GET /v1/webhooks']))
  const remove = useAction(useAct('DELETE /v1/webhooks/{name}', ['GET /v1/webhooks', 'GET /v1/deliveries']))
  if (readOnly) return null
  const input = { params: { name } }
  const testIt = async (): Promise<void> => {
    const outcome = await test(input)
    if (outcome === undefined) return
    const { status, error, duration_ms: took } = outcome
    if (error === null) say(`${name} took it: ${status} after ${formatDuration(took)}`)
    else say(`${name} did not take it: ${error}`, 'bad')
  }
  const renewIt = async (): Promise<void> => {
    const question = {
      title: `A new secret for ${name}?`,
      text: 'The new one signs from now on; for 24 hours the old one signs besides.',
      verb: 'Make a new one',
    }
    const answer = await renew(input, undefined, question)
    if (answer !== undefined) onSecret(answer.secret)
  }
  return (
    <span className="row">
      <Button icon={Send} busy={tested.isPending} onClick={() => void testIt()}>
        Test
      </Button>
      <Button
        kind="plain"
        icon={RotateCw}
        label={`Send again all that ${name} was not told`}
        onClick={() =>
          void redeliver(input, ({ redelivered }) => `${plural(redelivered, 'delivery', 'deliveries')} sent again`, {
            title: `Send again all that was given up?`,
            text: `Every delivery to ${name} whose attempts all failed is sent anew.`,
            verb: 'Send them again',
          })
        }
      />
      <Button kind="plain" icon={KeyRound} label={`New secret for ${name}`} onClick={() => void renewIt()} />
      <Button kind="plain" icon={Pencil} label={`Change ${name}`} onClick={() => onEdit(webhook)} />
      <Button
        kind="plain"
        icon={Trash2}
        label={`Remove ${name}`}
        onClick={() =>
          void remove(input, () => `${name} is gone`, {
            title: `Remove ${name}?`,
            text: 'It is told nothing more, and its deliveries are gone, those that wait included.',
            verb: 'Remove it',
            danger: true,
          })
        }
      />
    </span>
  )
}
