import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'

/**
 * Ended queries of a month, half a million texts among them; `nightly`, `timed_out`, the label
 * `run:old`, the worker and the text `needle` belong to the hundred oldest only.
 */
const fill = `
  with each as (
    select n, n > $1 - 100 as old, now() - make_interval(secs => n * 2.5) as at,
      case when n > $1 - 100 then 'timed_out' when n % 25 = 0 then 'failed' when n % 50 = 1 then 'canceled' else 'succeeded' end as state
    from generate_series(1, $1::integer) n
  )
  insert into sluice.queries (
    id, lease_token, queue_order, submitted_at, started_at, finished_at, cancel_requested_at, timeout_seconds,
    ttl_seconds, attempt, state, tenant, lane, source, sql, labels, worker_id, error)
  select
    overlay(uuidv7(at - now())::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, -n, -n, at, at, at + interval '1 s',
    case state when 'canceled' then at end, 300, 86400, 1, state, 'default',
    case when old then 'nightly' when n % 10 = 0 then 'reports' else 'default' end,
    'default',
    format('select a.%s, count(*) from %s sales_%s a where a.id = %s group by 1 -- of a dashboard',
      'column_' || n % 500000 % 7, case when old then 'needle_' || n else '' end, left(md5((n % 1000)::text), 8), n % 500000),
    case when old then '{"run": "old"}' when n % 2 = 0 then jsonb_build_object('team', 'team-' || n % 40) else '{}' end,
    case when old then '00000000-0000-7000-8000-000000000001'::uuid else ('00000000-0000-7000-8000-' || lpad(to_hex(16 + n % 8), 12, '0'))::uuid end,
    case when state in ('failed', 'timed_out') then
      jsonb_build_object('code', case state when 'failed' then 'sql_error' else 'statement_timeout' end, 'message', 'division by zero') end
  from each order by n desc`

/** What the count of ended queries would have written. */
const count = [
  `insert into sluice.fingerprints (fingerprint, last_seen_on, normalized)
   values ('00000000-0000-7000-8000-000000000000', current_date, 'select …') on conflict do nothing`,
  `insert into sluice.statements (digest, fingerprint, last_seen_on, sql)
   select hashtextextended(sql, 0), '00000000-0000-7000-8000-000000000000', current_date, sql
   from sluice.queries where lease_token < 0 group by sql`,
  `insert into sluice.history (
     query_id, finished_at, statement_id, worker_id, wait_ms, run_ms, rows, raw_bytes, state, lane, tenant, source, code)
   select queries.id, finished_at, statements.id, worker_id, 0, 1000, 0, 0, state, lane, tenant, source, error ->> 'code'
   from sluice.queries join sluice.statements on digest = hashtextextended(queries.sql, 0)
   where lease_token < 0 order by queries.id`,
  `insert into sluice.history_labels (label, query_id)
   select hashtextextended(key || ':' || value, 0), queries.id
   from sluice.queries cross join lateral jsonb_each_text(labels) where lease_token < 0`,
  'vacuum analyze sluice.queries',
  'vacuum analyze sluice.statements',
  'vacuum analyze sluice.history',
  'vacuum analyze sluice.history_labels',
]

/** Fills a control database with so many ended queries and what is known of them, unless that was done. */
export async function fillHistory(control: pg.Pool, queries: number, signal: AbortSignal): Promise<void> {
  const { rowCount } = await control.query('select from sluice.queries where lease_token = $1', [-queries])
  if (rowCount === 1) return
  await control.query(fill, [queries])
  for (const text of count) {
    signal.throwIfAborted()
    await control.query(text)
  }
  // The checkpoint of all that was written is not what is measured.
  await control.query('checkpoint')
  await delay(1_000, undefined, { signal })
}
