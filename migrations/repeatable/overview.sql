create or replace view sluice.overview as
with recent as (
  select * from sluice.statistics_minutes where minute > now() - interval '5 minutes'
),
summed as (
  select coalesce(sum(submitted), 0)::bigint as submitted, coalesce(sum(succeeded), 0)::bigint as succeeded,
    coalesce(sum(failed), 0)::bigint as failed, coalesce(sum(canceled), 0)::bigint as canceled,
    coalesce(sum(timed_out), 0)::bigint as timed_out, coalesce(sum(rows), 0)::bigint as rows,
    coalesce(sum(raw_bytes), 0)::bigint as bytes,
    sluice.sum_counts(waits) as waits, sluice.sum_counts(runs) as runs
  from recent
)
select
  now() as at,
  (select nullif(counted_until, '-infinity') from sluice.statistics_state) as counted_until,
  submitted,
  succeeded,
  failed,
  canceled,
  timed_out,
  (failed + timed_out) / nullif(succeeded + failed + canceled + timed_out, 0)::double precision as failure_rate,
  summed.rows,
  bytes,
  sluice.histogram_quantile(waits, 0.5) as wait_ms_p50,
  sluice.histogram_quantile(waits, 0.95) as wait_ms_p95,
  sluice.histogram_quantile(waits, 0.99) as wait_ms_p99,
  sluice.histogram_quantile(runs, 0.5) as run_ms_p50,
  sluice.histogram_quantile(runs, 0.95) as run_ms_p95,
  sluice.histogram_quantile(runs, 0.99) as run_ms_p99,
  stored.results_bytes,
  stored.database_bytes,
  stored.minute as looked_at,
  beat.worker_id as beat_worker_id,
  beat.ticked_at as beat_ticked_at
from summed
cross join sluice.beat
left join lateral (select * from sluice.statistics_storage order by minute desc limit 1) stored on true;
comment on view sluice.overview is
  'What happened in all lanes in the last five minutes, and what is stored: with lanes_live and workers_live what the overview of the admin page shows.';
comment on column sluice.overview.at is 'Now.';
comment on column sluice.overview.counted_until is 'What happened before this moment is counted; null: nothing has been.';
comment on column sluice.overview.submitted is 'Queries accepted.';
comment on column sluice.overview.succeeded is 'Queries that ended so.';
comment on column sluice.overview.failed is 'Queries that ended so.';
comment on column sluice.overview.canceled is 'Queries that ended so.';
comment on column sluice.overview.timed_out is 'Queries that ended so.';
comment on column sluice.overview.failure_rate is 'Share of what ended that failed or timed out, 0 to 1; null: nothing ended.';
comment on column sluice.overview.rows is 'Rows of their results.';
comment on column sluice.overview.bytes is 'Bytes of their results, before compression.';
comment on column sluice.overview.wait_ms_p50 is 'Half of them waited no longer for a slot; as counted in buckets.';
comment on column sluice.overview.wait_ms_p95 is '95 of 100 waited no longer.';
comment on column sluice.overview.wait_ms_p99 is '99 of 100 waited no longer.';
comment on column sluice.overview.run_ms_p50 is 'Half of them ran no longer.';
comment on column sluice.overview.run_ms_p95 is '95 of 100 ran no longer.';
comment on column sluice.overview.run_ms_p99 is '99 of 100 ran no longer.';
comment on column sluice.overview.results_bytes is 'Bytes of all results in PostgreSQL; null: nobody looked.';
comment on column sluice.overview.database_bytes is 'Size of the control database; null: nobody looked.';
comment on column sluice.overview.looked_at is 'When the sizes were looked at.';
comment on column sluice.overview.beat_worker_id is 'Worker that holds the beat, which fires schedules and looks at alerts; null: none ever has.';
comment on column sluice.overview.beat_ticked_at is 'When it last went through all that is due; longer than 10 s ago: it stands still.';
