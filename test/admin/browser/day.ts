import type pg from 'pg'

/** Statistics of a day that went by, as roll_up() keeps them, for charts to show. */
export async function insertDay(pool: pg.Pool): Promise<void> {
  await pool.query(`
    insert into sluice.statistics_minutes (
      minute, lane, submitted, claimed, succeeded, failed, canceled, timed_out, rows, raw_bytes, wait_ms, run_ms,
      waits, runs)
    select minute, lane, ended, ended, ended - failed - canceled, failed, canceled, 0, 500 * ended, 40000 * ended,
      4 * ended, 90 * ended,
      sluice.histogram_of(array[2, 3, 4, 6, 25 * wave * share]), sluice.histogram_of(array[40, 60, 80, 300, 900 * wave * share])
    from generate_series(date_trunc('minute', now()) - interval '1 day', date_trunc('minute', now()) - interval '2 minutes', '1 minute') minute
    cross join (values ('interactive', 1.0), ('reports', 0.3)) lanes (lane, share)
    cross join lateral (select 1 + 0.6 * sin(extract(epoch from minute) / 1300) as wave) moving
    cross join lateral (select round(40 * wave * share)::integer as ended) counted
    cross join lateral (
      select ended / 25 as failed, ended / 30 as canceled
    ) ends;
    insert into sluice.statistics_gauges (minute, lane, waiting, scheduled, running, slots, oldest_wait_seconds)
    select minute, lane, round(6 * share * (1 + sin(extract(epoch from minute) / 700))), 0,
      round(9 * share * (1 + 0.6 * sin(extract(epoch from minute) / 1300))), 16, 1
    from generate_series(date_trunc('minute', now()) - interval '1 day', date_trunc('minute', now()) - interval '1 minute', '1 minute') minute
    cross join (values ('interactive', 1.0), ('reports', 0.3)) lanes (lane, share)
    on conflict do nothing;
    insert into sluice.statistics_storage (minute, results_bytes, database_bytes)
    select minute, 2.1e9 + 3e8 * sin(extract(epoch from minute) / 9000), 3.4e9 + 3e8 * sin(extract(epoch from minute) / 9000)
    from generate_series(date_trunc('minute', now()) - interval '1 day', date_trunc('minute', now()) - interval '1 minute', '1 minute') minute
    on conflict do nothing`)
}
