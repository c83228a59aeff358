import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createDatabase } from '../helpers/database.ts'
import * as alerts from './alertRows.ts'
import * as delivery from './deliveryRows.ts'
import * as schedules from './scheduleRows.ts'

const { pool } = await createDatabase()
await pool.query(`insert into sluice.schedules (name, sql, cron) values ($1, 'select 1', '@daily')`, [
  schedules.fireSchedule,
])
await pool.query(`insert into sluice.webhooks (name, url) values ($1, 'https://hooks.example/')`, [delivery.ownWebhook])

type Row = Record<string, unknown>

const now = new Date()
const error = { code: 'sql_error', message: 'no', retryable: false }
const queued: Row = {
  queue_order: 1,
  timeout_seconds: 1,
  ttl_seconds: 1,
  tenant: 'default',
  lane: 'default',
  source: 'default',
  sql: 'select 1',
  state: 'queued',
}
const running: Row = {
  ...queued,
  state: 'running',
  started_at: now,
  lease_token: 1,
  worker_id: randomUUID(),
  attempt: 1,
}
const canceling: Row = { ...running, state: 'canceling', cancel_requested_at: now }
const succeeded: Row = { ...running, state: 'succeeded', finished_at: now }
const failed: Row = { ...running, state: 'failed', finished_at: now, error }
const canceled: Row = { ...canceling, state: 'canceled', finished_at: now }
const timedOut: Row = { ...failed, state: 'timed_out' }
const canceledInQueue: Row = { ...queued, state: 'canceled', cancel_requested_at: now, finished_at: now }
const timedOutInQueue: Row = { ...queued, state: 'timed_out', finished_at: now, error }

const result: Row = {
  token: 1,
  expires_at: now,
  expires_on: now,
  columns: [],
  schema_message: Buffer.from('schema'),
  chunks: 1,
  complete: true,
  inline_checksum: 1,
  inline_chunk: Buffer.from('chunk'),
}
const chunk: Row = {
  expires_on: now,
  n: 0,
  token: 1,
  first_row: 0,
  checksum: 1,
  rows: 1,
  raw_bytes: 1,
  data: Buffer.from('chunk'),
}
const large: Row = { ...result, chunks: 3, inline_chunk: null, inline_checksum: null }
const placed: Row = { ...chunk, data: null, segment: 0, object_offset: 300, stored_bytes: 5 }
const source: Row = { host: 'db.example', database: 'd', username: 'u' }
const worker: Row = { host: 'h', pid: 1, version: '1', slots: 1 }
const orphan: Row = { worker_id: randomUUID(), source: 's' }
const key: Row = { tenant: 'default', key: 'k', request_hash: '', query_id: randomUUID() }
const action: Row = { tenant: 'default', actor: 'Ada', address: '::1', action: 'lane.pause' }
const event: Row = { attempt: 0, state: 'queued' }

test.each([
  ['a queued query', 'queries', queued],
  ['a running query', 'queries', running],
  ['a query that is being canceled', 'queries', canceling],
  ['a query that succeeded', 'queries', succeeded],
  ['a query that failed', 'queries', failed],
  ['a query that was canceled while it ran', 'queries', canceled],
  ['a query that was canceled in the queue', 'queries', canceledInQueue],
  ['a query that ran out of time', 'queries', timedOut],
  ['a query that ran out of time in the queue', 'queries', timedOutInQueue],
  ['a result with its only chunk', 'results', result],
  ['a result with chunks of its own', 'results', large],
  ['a result in S3', 'results', { ...large, bucket: 'b', object_prefix: 'p/' }],
  ['a chunk', 'chunks', chunk],
  ['a chunk in S3', 'chunks', placed],
  ['a lane', 'lanes', {}],
  ['a source', 'sources', source],
  ['a worker', 'workers', worker],
  ['a tenant', 'tenants', {}],
  ['an event', 'query_events', event],
  ['an idempotency key', 'idempotency_keys', key],
  ...schedules.accepted,
  ...delivery.accepted,
  ...alerts.accepted,
])('%s is accepted', async (_, table, row) => {
  await expect(insert(table, row)).resolves.toBe(1)
})

/** Constraint, what it refuses, and a row of that kind. */
const refusals: [constraint: string, what: string, table: string, row: Row][] = [
  ['queries_consistent', 'a queued query with a start time', 'queries', { ...queued, started_at: now }],
  ['queries_consistent', 'a queued query with a lease', 'queries', { ...queued, lease_token: 1 }],
  ['queries_consistent', 'a queued query with a worker', 'queries', { ...queued, worker_id: randomUUID() }],
  ['queries_consistent', 'a queued query with an error', 'queries', { ...queued, error }],
  ['queries_consistent', 'a running query without a start time', 'queries', { ...running, started_at: null }],
  ['queries_consistent', 'a running query without a lease', 'queries', { ...running, lease_token: null }],
  ['queries_consistent', 'a running query without a worker', 'queries', { ...running, worker_id: null }],
  ['queries_consistent', 'a running query with an error', 'queries', { ...running, error }],
  [
    'queries_consistent',
    'a query canceled at its source without a lease',
    'queries',
    { ...canceling, lease_token: null },
  ],
  ['queries_consistent', 'a cancel that nobody asked for', 'queries', { ...canceling, cancel_requested_at: null }],
  ['queries_consistent', 'a running query with an end time', 'queries', { ...running, finished_at: now }],
  ['queries_consistent', 'a queued query with an end time', 'queries', { ...queued, finished_at: now }],
  ['queries_consistent', 'a query that succeeded without an end time', 'queries', { ...succeeded, finished_at: null }],
  [
    'queries_consistent',
    'a query that was canceled without an end time',
    'queries',
    { ...canceled, finished_at: null },
  ],
  ['queries_consistent', 'a query that failed without an end time', 'queries', { ...failed, finished_at: null }],
  ['queries_consistent', 'a query that ran out of time and goes on', 'queries', { ...timedOut, finished_at: null }],
  ['queries_consistent', 'a query that succeeded without a lease', 'queries', { ...succeeded, lease_token: null }],
  [
    'queries_consistent',
    'a query that succeeded without having started',
    'queries',
    { ...succeeded, started_at: null },
  ],
  ['queries_consistent', 'a query that succeeded with an error', 'queries', { ...succeeded, error }],
  [
    'queries_consistent',
    'a canceled query that nobody canceled',
    'queries',
    { ...canceled, cancel_requested_at: null },
  ],
  ['queries_consistent', 'a query that failed without an error', 'queries', { ...failed, error: null }],
  ['queries_consistent', 'a query that ran out of time without an error', 'queries', { ...timedOut, error: null }],
  ['queries_consistent', 'a state that does not exist', 'queries', { ...queued, state: 'lost' }],
  ['queries_consistent', 'priority 0', 'queries', { ...queued, priority: 0 }],
  ['queries_consistent', 'priority 10', 'queries', { ...queued, priority: 10 }],
  ['queries_consistent', 'a query without attempts', 'queries', { ...queued, max_attempts: 0 }],
  ['query_events_state_check', 'an event of a state that does not exist', 'query_events', { ...event, state: 'lost' }],
  ['results_place', 'an inline chunk beside others', 'results', { ...result, chunks: 2 }],
  ['results_place', 'an inline chunk of a result that grows', 'results', { ...result, complete: false }],
  ['results_place', 'an inline chunk without a checksum', 'results', { ...result, inline_checksum: null }],
  ['results_place', 'an inline chunk in S3', 'results', { ...result, bucket: 'b', object_prefix: 'p/' }],
  ['results_place', 'a result in a bucket without a prefix', 'results', { ...large, bucket: 'b' }],
  [
    'results_limiting_factor_check',
    'a limit that does not exist',
    'results',
    { ...result, limiting_factor: 'patience' },
  ],
  ['chunks_place', 'a chunk that is nowhere', 'chunks', { ...chunk, data: null }],
  ['chunks_place', 'a chunk in an object at no offset', 'chunks', { ...placed, object_offset: null }],
  ['chunks_place', 'a chunk in two places', 'chunks', { ...placed, data: Buffer.from('chunk') }],
  ['chunks_checksum_check', 'a checksum of more than 32 bits', 'chunks', { ...chunk, checksum: 2 ** 32 }],
  ['chunks_rows_check', 'a chunk of fewer than no rows', 'chunks', { ...chunk, rows: -1 }],
  ['chunks_raw_bytes_check', 'a chunk of fewer than no bytes', 'chunks', { ...chunk, raw_bytes: -1 }],
  ['lanes_name_check', 'a lane whose name does not fit an address', 'lanes', { name: 'My lane' }],
  ['lanes_concurrency_check', 'a lane that can run nothing', 'lanes', { concurrency: 0 }],
  ['lanes_max_queued_check', 'a lane that takes nothing', 'lanes', { max_queued: 0 }],
  ['lanes_timeout_seconds_check', 'a run time limit of no time', 'lanes', { timeout_seconds: 0 }],
  ['lanes_queue_timeout_seconds_check', 'a queue time limit of no time', 'lanes', { queue_timeout_seconds: 0 }],
  ['lanes_row_limit_check', 'a row limit of no rows', 'lanes', { row_limit: 0 }],
  ['lanes_max_row_limit_check', 'a largest row limit of no rows', 'lanes', { max_row_limit: 0 }],
  ['lanes_byte_limit_check', 'a byte limit of no bytes', 'lanes', { byte_limit: 0 }],
  ['lanes_max_byte_limit_check', 'a largest byte limit of no bytes', 'lanes', { max_byte_limit: 0 }],
  ['lanes_row_limit_within_max', 'a row limit above the largest', 'lanes', { row_limit: 2, max_row_limit: 1 }],
  ['lanes_byte_limit_within_max', 'a byte limit above the largest', 'lanes', { byte_limit: 2, max_byte_limit: 1 }],
  [
    'lanes_timeout_within_max',
    'a run time limit above the longest',
    'lanes',
    { timeout_seconds: 2, max_timeout_seconds: 1 },
  ],
  ['lanes_s3_above_bytes_check', 'S3 for results of fewer than no bytes', 'lanes', { s3_above_bytes: -1 }],
  ['lanes_archive_after_days_check', 'results that are archived at once', 'lanes', { archive_after_days: 0 }],
  ['lanes_ttl_within_max', 'a time to keep above the longest', 'lanes', { ttl_seconds: 2, max_ttl_seconds: 1 }],
  ['lanes_ttl_within_max', 'a longest time to keep above a year', 'lanes', { max_ttl_seconds: 366 * 86400 }],
  ['lanes_ttl_seconds_check', 'results that are kept for no time', 'lanes', { ttl_seconds: 0 }],
  ['sources_name_check', 'a source whose name does not fit an address', 'sources', { ...source, name: 'a/b' }],
  ['sources_kind_check', 'a source of another kind', 'sources', { ...source, kind: 'oracle' }],
  ['sources_host_check', 'a source without a host', 'sources', { ...source, host: '' }],
  ['sources_port_check', 'a port that does not exist', 'sources', { ...source, port: 65536 }],
  ['sources_database_check', 'a source without a database', 'sources', { ...source, database: '' }],
  ['sources_username_check', 'a source without a login role', 'sources', { ...source, username: '' }],
  ['sources_tls_check', 'a kind of TLS that does not exist', 'sources', { ...source, tls: 'perhaps' }],
  ['sources_max_connections_check', 'a source without connections', 'sources', { ...source, max_connections: 0 }],
  ['tenants_name_check', 'a tenant whose name does not fit an address', 'tenants', { name: '' }],
  ['workers_lease_seconds_check', 'a lease shorter than heartbeats can be', 'workers', { ...worker, lease_seconds: 2 }],
  ['orphans_identified', 'an orphan that nothing identifies', 'orphans', orphan],
  ['orphans_identified', 'an orphan known by its process id alone', 'orphans', { ...orphan, pid: 1 }],
  ['lanes_max_attempts_check', 'a lane without attempts', 'lanes', { max_attempts: 0 }],
  ['workers_slots_check', 'a worker without slots', 'workers', { ...worker, slots: 0 }],
  ['idempotency_keys_key_check', 'an empty idempotency key', 'idempotency_keys', { ...key, key: '' }],
  ['idempotency_keys_key_check', 'a key that is too long', 'idempotency_keys', { ...key, key: 'k'.repeat(256) }],
  [
    'watched_abandon_after_seconds_check',
    'a query that is given up at once',
    'watched',
    { query_id: randomUUID(), abandon_at: now, abandon_after_seconds: 0 },
  ],
  ['cost_rates_per_query_check', 'a price below nothing for a query', 'cost_rates', { per_query: -1 }],
  ['cost_rates_per_second_check', 'a price below nothing for a second', 'cost_rates', { per_second: -1 }],
  ['cost_rates_per_gib_check', 'a price below nothing for a GiB', 'cost_rates', { per_gib: -1 }],
  ['statistics_state_only_row_check', 'a second state of the statistics', 'statistics_state', { only_row: false }],
  ...schedules.refusals,
  ...delivery.refusals,
  ...alerts.refusals,
  ['audit_action_check', 'an action that is not thing.verb', 'audit', { ...action, action: 'pause' }],
  ['audit_actor_check', 'an action of nobody', 'audit', { ...action, actor: '' }],
]

test.each(refusals)('%s refuses %s', async (constraint, _, table, row) => {
  await expect(insert(table, row)).rejects.toMatchObject({ code: '23514', constraint })
})

test('every check constraint is shown to refuse something', async () => {
  const { rows } = await pool.query<{ name: string }>(`
    select conname as name from pg_constraint join pg_class on pg_class.oid = conrelid
    where connamespace = 'sluice'::regnamespace and contype = 'c' and not relispartition order by 1`)
  const shown = new Set(refusals.map(([constraint]) => constraint))
  expect([...shown].sort()).toEqual(rows.map(({ name }) => name))
})

const keys: Record<string, () => Row> = {
  ...delivery.keys,
  ...alerts.keys,
  schedules: () => ({ name: `s${randomUUID()}` }),
  queries: () => ({ id: randomUUID() }),
  workers: () => ({ id: randomUUID() }),
  results: () => ({ query_id: randomUUID() }),
  chunks: () => ({ query_id: randomUUID() }),
  query_events: () => ({ query_id: randomUUID() }),
  lanes: () => ({ name: `l${randomUUID()}` }),
  sources: () => ({ name: `s${randomUUID()}` }),
  tenants: () => ({ name: `t${randomUUID()}` }),
}

/** Inserts a row, under a key of its own unless it has one. */
async function insert(table: string, row: Row): Promise<number | null> {
  const whole: Row = { ...keys[table]?.(), ...row }
  const columns = Object.keys(whole)
  const values = columns.map((column) => (column === 'columns' ? JSON.stringify(whole[column]) : whole[column]))
  const { rowCount } = await pool.query(
    `insert into sluice.${table} (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
    values,
  )
  return rowCount
}
