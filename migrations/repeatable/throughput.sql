create or replace view sluice.throughput as
select
  coalesce(counted.minute, gauges.minute) as minute,
  coalesce(counted.lane, gauges.lane) as lane,
  coalesce(counted.submitted, 0) as submitted,
  coalesce(counted.succeeded, 0) as succeeded,
  coalesce(counted.failed, 0) as failed,
  coalesce(counted.canceled, 0) as canceled,
  coalesce(counted.timed_out, 0) as timed_out,
  coalesce(counted.rows, 0) as rows,
  coalesce(counted.raw_bytes, 0) as bytes,
  sluice.histogram_quantile(counted.waits, 0.5) as wait_ms_p50,
  sluice.histogram_quantile(counted.waits, 0.95) as wait_ms_p95,
  sluice.histogram_quantile(counted.waits, 0.99) as wait_ms_p99,
  sluice.histogram_quantile(counted.runs, 0.5) as run_ms_p50,
  sluice.histogram_quantile(counted.runs, 0.95) as run_ms_p95,
  sluice.histogram_quantile(counted.runs, 0.99) as run_ms_p99,
  gauges.waiting,
  gauges.running
from sluice.statistics_minutes counted
full join sluice.statistics_gauges gauges on gauges.minute = counted.minute and gauges.lane = counted.lane;
comment on view sluice.throughput is
  'What happened in each lane, minute by minute, for 30 days. Statistics follow within seconds; sluice.statistics_state.counted_until says how far they have come.';
comment on column sluice.throughput.minute is 'Start of the minute.';
comment on column sluice.throughput.lane is 'The lane.';
comment on column sluice.throughput.submitted is 'Queries accepted.';
comment on column sluice.throughput.succeeded is 'Queries that ended so.';
comment on column sluice.throughput.failed is 'Queries that ended so.';
comment on column sluice.throughput.canceled is 'Queries that ended so.';
comment on column sluice.throughput.timed_out is 'Queries that ended so.';
comment on column sluice.throughput.rows is 'Rows of their results.';
comment on column sluice.throughput.bytes is 'Bytes of their results, before compression.';
comment on column sluice.throughput.wait_ms_p50 is 'Half of them waited no longer for a slot.';
comment on column sluice.throughput.wait_ms_p95 is '95 of 100 waited no longer.';
comment on column sluice.throughput.wait_ms_p99 is '99 of 100 waited no longer.';
comment on column sluice.throughput.run_ms_p50 is 'Half of them ran no longer.';
comment on column sluice.throughput.run_ms_p95 is '95 of 100 ran no longer.';
comment on column sluice.throughput.run_ms_p99 is '99 of 100 ran no longer.';
comment on column sluice.throughput.waiting is 'Queries that waited for a slot, looked at once in the minute; null: nobody looked.';
comment on column sluice.throughput.running is 'Queries that ran, looked at once in the minute; null: nobody looked.';
