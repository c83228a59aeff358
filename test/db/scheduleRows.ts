/** Rows of schedules and fires that the constraints accept, and those that each refuses. */
type Row = Record<string, unknown>

const now = new Date()
const schedule: Row = { sql: 'select 1', cron: '* * * * *' }
const interval: Row = { sql: 'select 1', interval_seconds: 60 }

export const accepted: [what: string, table: string, row: Row][] = [
  ['a schedule by cron', 'schedules', schedule],
  ['a schedule by interval', 'schedules', interval],
  ['a schedule with seconds', 'schedules', { ...schedule, cron: '*/10 * * * * *' }],
  ['a schedule by nickname', 'schedules', { ...schedule, cron: '@daily' }],
]

/** Fires belong to this schedule. */
export const fireSchedule = 'constraints'
const fire: Row = { schedule: fireSchedule, fire_at: now, outcome: 'waiting' }

export const refusals: [constraint: string, what: string, table: string, row: Row][] = [
  ['schedules_name_check', 'a schedule whose name does not fit an address', 'schedules', { ...schedule, name: 'A b' }],
  ['schedules_cron_check', 'a pattern of three fields', 'schedules', { ...schedule, cron: '* * *' }],
  ['schedules_cron_check', 'a nickname that does not exist', 'schedules', { ...schedule, cron: '@reboot' }],
  ['schedules_cron_or_interval', 'both a pattern and an interval', 'schedules', { ...schedule, interval_seconds: 1 }],
  ['schedules_cron_or_interval', 'neither pattern nor interval', 'schedules', { sql: 'select 1' }],
  ['schedules_interval_seconds_check', 'an interval of no time', 'schedules', { ...interval, interval_seconds: 0 }],
  ['schedules_anchor_at_check', 'intervals from before all time', 'schedules', { ...interval, anchor_at: '-infinity' }],
  [
    'schedules_anchor_at_check',
    'intervals from the year 10000',
    'schedules',
    { ...interval, anchor_at: '10000-01-01T00:00:00Z' },
  ],
  ['schedules_interval_at_most', 'an interval of sixty years', 'schedules', { ...interval, interval_seconds: 2e9 }],
  ['schedules_labels_are_texts', 'a label that is a number', 'schedules', { ...schedule, labels: '{"a": 1}' }],
  ['schedules_labels_are_texts', 'a label that is a list', 'schedules', { ...schedule, labels: '{"a": ["b"]}' }],
  ['schedules_webhooks_are_names', 'a webhook that is null', 'schedules', { ...schedule, webhooks: '{NULL}' }],
  ['schedules_webhooks_are_names', 'a table of webhooks', 'schedules', { ...schedule, webhooks: '{{a},{b}}' }],
  ['schedules_max_attempts_check', 'no attempt of a schedule', 'schedules', { ...schedule, max_attempts: 0 }],
  ['schedules_sql_check', 'a schedule without a statement', 'schedules', { ...schedule, sql: ' ' }],
  ['schedules_params_check', 'parameters that are no array', 'schedules', { ...schedule, params: '{}' }],
  ['schedules_labels_check', 'labels that are no object', 'schedules', { ...schedule, labels: '[]' }],
  ['schedules_priority_check', 'priority 0 of a schedule', 'schedules', { ...schedule, priority: 0 }],
  ['schedules_timeout_seconds_check', 'a time limit of no time', 'schedules', { ...schedule, timeout_seconds: 0 }],
  [
    'schedules_queue_timeout_seconds_check',
    'a limit on the wait of no time',
    'schedules',
    { ...schedule, queue_timeout_seconds: 0 },
  ],
  ['schedules_row_limit_check', 'a row limit of no rows for a schedule', 'schedules', { ...schedule, row_limit: 0 }],
  [
    'schedules_byte_limit_check',
    'a byte limit of no bytes for a schedule',
    'schedules',
    { ...schedule, byte_limit: 0 },
  ],
  [
    'schedules_ttl_seconds_check',
    'results of a schedule kept for no time',
    'schedules',
    { ...schedule, ttl_seconds: 0 },
  ],
  ['schedules_misfire_policy_check', 'another misfire policy', 'schedules', { ...schedule, misfire_policy: 'hope' }],
  ['schedules_misfire_grace_seconds_check', 'no grace at all', 'schedules', { ...schedule, misfire_grace_seconds: 0 }],
  ['schedules_catch_up_limit_check', 'a catch-up of nothing', 'schedules', { ...schedule, catch_up_limit: 0 }],
  ['schedules_overlap_policy_check', 'another overlap policy', 'schedules', { ...schedule, overlap_policy: 'hope' }],
  ['fires_kind_check', 'a fire of another kind', 'fires', { ...fire, kind: 'wild' }],
  ['fires_outcome_check', 'a fire with another outcome', 'fires', { ...fire, outcome: 'lost' }],
  ['fires_missed_check', 'fewer than no missed times', 'fires', { ...fire, missed: -1 }],
  ['fires_submitted_with_query', 'a submitted fire without a query', 'fires', { ...fire, outcome: 'submitted' }],
  ['beat_only_row_check', 'a second beat', 'beat', { only_row: false }],
]
