import type pg from 'pg'
import { RequestError } from '../errors.ts'
import { checkCondition, conditions, type Condition } from './condition.ts'
import type { AlertRecord, AlertRuleRecord, AlertRuleSettings, alertStates } from './alert.ts'

const shown = `name, description, measure, subject, comparison, threshold, for_seconds, window_seconds, least_samples,
  enabled, webhooks, created_at, updated_at`

const columns = [
  'description',
  'measure',
  'subject',
  'comparison',
  'threshold',
  'for_seconds',
  'window_seconds',
  'least_samples',
  'enabled',
  'webhooks',
] as const satisfies (keyof AlertRuleSettings)[]

/** Every alert rule, by name. */
export async function listRules(pool: pg.Pool): Promise<AlertRuleRecord[]> {
  return (await pool.query<AlertRuleRecord>(`select ${shown} from sluice.alert_rules order by name`)).rows
}

/** One alert rule; throws RequestError unknown_alert_rule. */
export async function getRule(pool: pg.Pool, name: string): Promise<AlertRuleRecord> {
  const { rows } = await pool.query<AlertRuleRecord>(`select ${shown} from sluice.alert_rules where name = $1`, [name])
  return rows[0] ?? missing(name)
}

/** Adds an alert rule; throws RequestError alert_rule_exists, unknown_webhook, unknown_lane, or invalid_request for one that could never fire. */
export async function addRule(
  pool: pg.Pool,
  name: string,
  settings: AlertRuleSettings & Required<Pick<AlertRuleSettings, 'measure' | 'threshold'>>,
): Promise<AlertRuleRecord> {
  await checkWebhooks(pool, settings)
  await checkCondition(pool, conditionOf(settings, { ...settings, subject: null, comparison: 'above' }))
  const set = columns.filter((column) => settings[column] !== undefined)
  const { rows } = await pool.query<AlertRuleRecord>(
    `insert into sluice.alert_rules (name, ${set.join(', ')}) values ($1, ${set.map((_, i) => `$${i + 2}`).join(', ')})
     on conflict (name) do nothing returning ${shown}`,
    [name, ...set.map((column) => settings[column])],
  )
  if (rows[0] === undefined) {
    throw new RequestError(
      'alert_rule_exists',
      `There is an alert rule ${name} already. Change it, or remove it first.`,
    )
  }
  return rows[0]
}

/** Changes an alert rule; throws RequestError as addRule does, or unknown_alert_rule. */
export async function changeRule(pool: pg.Pool, name: string, settings: AlertRuleSettings): Promise<AlertRuleRecord> {
  await checkWebhooks(pool, settings)
  if (conditions.some((column) => settings[column] !== undefined)) {
    await checkCondition(pool, conditionOf(settings, await getRule(pool, name)))
  }
  const set = columns.filter((column) => settings[column] !== undefined)
  const { rows } = await pool.query<AlertRuleRecord>(
    `update sluice.alert_rules set ${set.map((column, i) => `${column} = $${i + 2}, `).join('')} updated_at = now()
     where name = $1 returning ${shown}`,
    [name, ...set.map((column) => settings[column])],
  )
  return rows[0] ?? missing(name)
}

/** Removes an alert rule with its alerts, telling first of those that fire that they are resolved; throws RequestError unknown_alert_rule. */
export async function removeRule(pool: pg.Pool, name: string): Promise<void> {
  const { rowCount } = await pool.query('delete from sluice.alert_rules where name = $1', [name])
  if (rowCount === 0) missing(name)
}

/** Alerts, those that are not resolved first, then the newest. */
export async function listAlerts(
  pool: pg.Pool,
  state: (typeof alertStates)[number] | undefined,
  limit: number,
): Promise<AlertRecord[]> {
  const { rows } = await pool.query<AlertRecord>(
    `select * from (
       select alerts.id, alerts.rule, alerts.subject,
         case when resolved_at is not null then 'resolved' when fired_at is not null then 'firing' else 'pending' end as state,
         measure, comparison, threshold, value, started_at, fired_at, resolved_at
       from sluice.alerts
     ) shown
     where $1::text is null or state = $1
     order by state = 'resolved', id desc limit $2`,
    [state ?? null, limit],
  )
  return rows
}

/** Looks at every alert rule; how many alerts fired or were resolved. */
export async function evaluateAlerts(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ changes: number }>('select sluice.evaluate_alerts() as changes')
  return rows[0]!.changes
}

async function checkWebhooks(pool: pg.Pool, { webhooks }: AlertRuleSettings): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from unnest($1::text[]) named (name) where not exists (select from sluice.webhooks where webhooks.name = named.name)',
    [webhooks ?? []],
  )
  if (rows[0] !== undefined) throw new RequestError('unknown_webhook', `There is no webhook ${rows[0].name}.`)
}

/** The condition that a rule has with these settings. */
function conditionOf(settings: AlertRuleSettings, now: Condition): Condition {
  return {
    measure: settings.measure ?? now.measure,
    subject: settings.subject === undefined ? now.subject : settings.subject,
    comparison: settings.comparison ?? now.comparison,
    threshold: settings.threshold ?? now.threshold,
  }
}

function missing(name: string): never {
  throw new RequestError('unknown_alert_rule', `There is no alert rule ${name}.`)
}
