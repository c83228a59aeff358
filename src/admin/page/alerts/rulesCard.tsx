import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useAct, useRead } from '../api/hooks.ts'
import type { AlertList, AlertRule } from '../api/types.generated.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Loaded } from '../parts/loading.tsx'
import { Table } from '../parts/table.tsx'
import { useSession } from '../shell/session.ts'
import { conditionText } from './measures.ts'
import { RuleForm } from './ruleForm.tsx'

/** What is compared with a threshold, and how it stands. */
export function RulesCard() {
  const rules = useRead('GET /v1/alerts/rules', {}, { meta: { live: 'clock', every: 5 } })
  const alerts = useRead('GET /v1/alerts', {}, { meta: { live: 'clock', every: 5 } })
  const [edited, setEdited] = useState<AlertRule | 'new'>()
  const { read_only: readOnly } = useSession()
  return (
    <Card
      title="Rules"
      flush
      aside={
        !readOnly && (
          <Button icon={Plus} onClick={() => setEdited('new')}>
            Add a rule
          </Button>
        )
      }
    >
      <Loaded of={rules}>
        {({ rules: all }) => (
          <Table
            label="Alert rules"
            head={
              <tr>
                <th scope="col">Rule</th>
                <th scope="col">Fires on</th>
                <th scope="col">Now</th>
                <th scope="col">Tells</th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            }
          >
            {all.map((rule) => (
              <RuleRow key={rule.name} rule={rule} alerts={alerts.data?.alerts ?? []} onEdit={setEdited} />
            ))}
          </Table>
        )}
      </Loaded>
      {edited !== undefined && (
        <RuleForm rule={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </Card>
  )
}

interface RowProps {
  rule: AlertRule
  alerts: AlertList['alerts']
  onEdit: (rule: AlertRule) => void
}

function RuleRow({ rule, alerts, onEdit }: RowProps) {
  const { name, description, subject, webhooks } = rule
  return (
    <tr>
      <th scope="row">
        {name}
        <div className="quiet">{description}</div>
      </th>
      <td>
        {conditionText(rule)}
        {subject !== null && <div className="quiet">only {subject}</div>}
      </td>
      <td>
        <RuleState rule={rule} alerts={alerts} />
      </td>
      <td>
        {webhooks === null ? <span className="quiet">all that want alerts</span> : webhooks.join(', ') || 'nobody'}
      </td>
      <td className="actions">
        <RuleActions rule={rule} onEdit={onEdit} />
      </td>
    </tr>
  )
}

function RuleState({ rule: { name, enabled }, alerts }: Omit<RowProps, 'onEdit'>) {
  if (!enabled) return <span className="badge idle text-only">off</span>
  const open = alerts.filter(({ rule, state }) => rule === name && state !== 'resolved')
  if (open.some(({ state }) => state === 'firing')) return <span className="badge bad text-only">fires</span>
  return open.length > 0 ? (
    <span className="badge warn text-only">broken, not for long enough</span>
  ) : (
    <span className="badge good text-only">fine</span>
  )
}

function RuleActions({ rule, onEdit }: Omit<RowProps, 'alerts'>) {
  const { name } = rule
  const { read_only: readOnly } = useSession()
  const remove = useAction(useAct('DELETE /v1/alerts/rules/{name}', ['GET /v1/alerts/rules', 'GET /v1/alerts']))
  if (readOnly) return null
  return (
    <span className="row">
      <Button kind="plain" icon={Pencil} label={`Change ${name}`} onClick={() => onEdit(rule)} />
      <Button
        kind="plain"
        icon={Trash2}
        label={`Remove ${name}`}
        onClick={() =>
          void remove({ params: { name } }, () => `${name} is gone`, {
            title: `Remove ${name}?`,
            text: 'Its alerts are gone with it. To keep them, switch the rule off instead.',
            verb: 'Remove it',
            danger: true,
          })
        }
      />
    </span>
  )
}
