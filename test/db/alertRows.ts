/** Rows of alert rules and alerts that the constraints accept, and those that each refuses. */
import { randomUUID } from 'node:crypto'

type Row = Record<string, unknown>

const now = new Date()
const rule: Row = { measure: 'workers', threshold: 1 }
const alert: Row = {
  rule: 'workers',
  measure: 'workers',
  comparison: 'below',
  threshold: 1,
  value: 0,
  started_at: now,
}

export const accepted: [what: string, table: string, row: Row][] = [
  ['an alert rule', 'alert_rules', rule],
  ['an alert', 'alerts', { ...alert, subject: 'a' }],
]

export const refusals: [constraint: string, what: string, table: string, row: Row][] = [
  ['alert_rules_name_check', 'a rule whose name does not fit an address', 'alert_rules', { ...rule, name: 'A b' }],
  ['alert_rules_measure_check', 'a measure that does not exist', 'alert_rules', { ...rule, measure: 'luck' }],
  ['alert_rules_comparison_check', 'another comparison', 'alert_rules', { ...rule, comparison: 'near' }],
  ['alert_rules_threshold_finite', 'a threshold that is no number', 'alert_rules', { ...rule, threshold: NaN }],
  ['alert_rules_for_seconds_check', 'less than no time', 'alert_rules', { ...rule, for_seconds: -1 }],
  ['alert_rules_window_seconds_check', 'a window of a second', 'alert_rules', { ...rule, window_seconds: 1 }],
  ['alert_rules_least_samples_check', 'a rate of nothing', 'alert_rules', { ...rule, least_samples: 0 }],
  [
    'alerts_fired_before_resolved',
    'the end of what never fired',
    'alerts',
    { ...alert, subject: 'b', resolved_at: now },
  ],
]

export const keys: Record<string, () => Row> = {
  alert_rules: () => ({ name: `r${randomUUID()}` }),
  alerts: () => ({ id: randomUUID() }),
}
