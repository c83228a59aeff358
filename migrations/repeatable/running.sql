create or replace view sluice.running as
select
  leases.query_id,
  queries.state,
  leases.lane,
  leases.tenant,
  leases.source,
  leases.worker_id,
  workers.host as worker_host,
  queries.attempt,
  queries.started_at,
  extract(epoch from now() - queries.started_at)::double precision as running_seconds,
  queries.started_at + make_interval(secs => queries.timeout_seconds) as timeout_at,
  coalesce(results.rows, 0) as rows,
  coalesce(results.raw_bytes, 0) as bytes,
  coalesce(results.chunks, 0) as chunks,
  queries.labels,
  queries.sql,
  substr(queries.traceparent, 4, 32) as trace_id
from sluice.leases
join sluice.queries on queries.id = leases.query_id
left join sluice.workers on workers.id = leases.worker_id
left join sluice.results on results.query_id = leases.query_id and results.token = leases.token;
comment on view sluice.running is 'Queries that run now: what celery inspect active shows.';
comment on column sluice.running.query_id is 'The query.';
comment on column sluice.running.state is 'running, or canceling while a cancel is under way.';
comment on column sluice.running.lane is 'Its lane.';
comment on column sluice.running.tenant is 'Whose it is.';
comment on column sluice.running.source is 'Source that runs it.';
comment on column sluice.running.worker_id is 'Worker that runs it.';
comment on column sluice.running.worker_host is 'Host of that worker.';
comment on column sluice.running.attempt is 'Attempt.';
comment on column sluice.running.started_at is 'When this attempt was claimed.';
comment on column sluice.running.running_seconds is 'How long ago that was.';
comment on column sluice.running.timeout_at is 'When its run time limit passes.';
comment on column sluice.running.rows is 'Rows of the result that are stored.';
comment on column sluice.running.bytes is 'Bytes of them, before compression.';
comment on column sluice.running.chunks is 'Chunks of them.';
comment on column sluice.running.labels is 'Free labels, strings by name.';
comment on column sluice.running.sql is 'The statement, as submitted.';
comment on column sluice.running.trace_id is 'The distributed trace that it was submitted in; null: none.';
