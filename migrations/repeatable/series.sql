create or replace function sluice.series(
  seconds integer default 3600, step_seconds integer default 60, in_lane text default null
) returns table (
  at timestamptz, submitted bigint, succeeded bigint, failed bigint, canceled bigint, timed_out bigint, rows bigint,
  bytes bigint, wait_ms_p50 double precision, wait_ms_p95 double precision, wait_ms_p99 double precision,
  run_ms_p50 double precision, run_ms_p95 double precision, run_ms_p99 double precision, waiting bigint, running bigint,
  results_bytes bigint, database_bytes bigint)
language sql stable as $$
  with step as (
    select date_bin(make_interval(secs => step_seconds), now(), 'epoch') - n * make_interval(secs => step_seconds) as at
    from generate_series(0, seconds / step_seconds - 1) n
  ),
  since as (select min(at) as at from step),
  counted as (
    select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, sum(submitted)::bigint as submitted,
      sum(succeeded)::bigint as succeeded, sum(failed)::bigint as failed, sum(canceled)::bigint as canceled,
      sum(timed_out)::bigint as timed_out, sum(rows)::bigint as rows, sum(raw_bytes)::bigint as bytes
    from sluice.statistics_minutes, since
    where minute >= since.at and (in_lane is null or lane = in_lane)
    group by 1
  ),
  -- Not by sum_counts(), which takes longer over many rows.
  spread as (
    select at,
      array_agg(values order by bucket) filter (where kind = 'wait') as waits,
      array_agg(values order by bucket) filter (where kind = 'run') as runs
    from (
      select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, kind, bucket,
        sum(value)::bigint as values
      from since, sluice.statistics_minutes
      cross join lateral (
        select 'wait' as kind, * from unnest(waits) with ordinality as each (value, bucket)
        union all
        select 'run', * from unnest(runs) with ordinality as each (value, bucket)
      ) each
      where minute >= since.at and (in_lane is null or lane = in_lane)
      group by 1, 2, 3
    ) buckets
    group by at
  ),
  looked as (
    select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, max(waiting)::bigint as waiting,
      max(running)::bigint as running
    from (
      select minute, sum(waiting) as waiting, sum(running) as running
      from sluice.statistics_gauges, since
      where minute >= since.at and (in_lane is null or lane = in_lane)
      group by minute
    ) minutes
    group by 1
  ),
  stored as (
    select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, max(results_bytes) as results_bytes,
      max(database_bytes) as database_bytes
    from sluice.statistics_storage, since where minute >= since.at group by 1
  )
  select step.at, coalesce(submitted, 0), coalesce(succeeded, 0), coalesce(failed, 0), coalesce(canceled, 0),
    coalesce(timed_out, 0), coalesce(counted.rows, 0), coalesce(bytes, 0),
    sluice.histogram_quantile(waits, 0.5), sluice.histogram_quantile(waits, 0.95), sluice.histogram_quantile(waits, 0.99),
    sluice.histogram_quantile(runs, 0.5), sluice.histogram_quantile(runs, 0.95), sluice.histogram_quantile(runs, 0.99),
    waiting, running, results_bytes, database_bytes
  from step
  left join counted using (at) left join spread using (at) left join looked using (at) left join stored using (at)
  order by step.at
$$;
comment on function sluice.series(integer, integer, text) is
  'What happened in a time up to now, in one lane or (null) in all, a row for every step, also the empty ones: what the charts of the admin page show. The columns are those of sluice.overview; waiting and running are the highest of the step, null: nobody looked.';
