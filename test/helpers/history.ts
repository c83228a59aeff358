import type pg from 'pg'

/**
 * Ended queries, one each minute until a minute ago, as the count of ended queries knows them.
 * Searching them takes long: to history `long` of them have a text of 200 kB that ends with `and its end`. The oldest has the
 * given text.
 */
export async function insertHistory(pool: pg.Pool, { long, oldest }: { long: number; oldest: string }): Promise<void> {
  await pool.query(
    `insert into sluice.queries (
       id, lease_token, queue_order, submitted_at, started_at, finished_at, timeout_seconds, ttl_seconds, attempt,
       state, tenant, lane, source, sql)
     select uuidv7(- make_interval(mins => n)), -n, -n, at, at, at + interval '1 s', 300, 86400, 1,
       'succeeded', 'default', 'default', 'default', case when n > $1 then $2 else 'select a long list' end
     from generate_series(1, $1::integer + 1) n cross join lateral (select now() - make_interval(mins => n) as at) minute
     order by n desc`,
    [long, oldest],
  )
  await pool.query(
    `insert into sluice.fingerprints (fingerprint, last_seen_on, normalized)
     values ('00000000-0000-7000-8000-000000000000', current_date, 'select …') on conflict do nothing`,
  )
  await pool.query(
    `with texts as (
       insert into sluice.statements (digest, fingerprint, last_seen_on, sql)
       select hashtextextended(sql, 0), '00000000-0000-7000-8000-000000000000', current_date, sql
       from unnest(array['select a long list of ' || repeat('ever the same, ', 13000) || 'and its end', $1]) sql
       returning id, sql
     )
     insert into sluice.history (query_id, finished_at, statement_id, wait_ms, run_ms, rows, raw_bytes, state, lane, tenant, source)
     select queries.id, finished_at, texts.id, 0, 1000, 0, 0, state, lane, tenant, source
     from sluice.queries join texts on (texts.sql = $1) = (queries.sql = $1)
     where lease_token < 0 order by queries.id`,
    [oldest],
  )
}
