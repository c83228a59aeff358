create or replace view sluice.queue_live as
select
  queue.query_id,
  queue.lane,
  queue.tenant,
  queue.source,
  queue.priority,
  case when queue.run_at > now() then 'scheduled' else 'waiting' end as status,
  case when not coalesce(queue.run_at > now(), false) then
    row_number() over (
      partition by queue.lane, coalesce(queue.run_at > now(), false) order by queue.priority, queue.queue_order)
  end as position,
  queries.submitted_at,
  queue.run_at,
  greatest(0, extract(epoch from now() - greatest(queries.submitted_at, queue.run_at)))::double precision as waiting_seconds,
  queue.queue_timeout_at,
  queries.attempt,
  queries.labels,
  queries.sql,
  substr(queries.traceparent, 4, 32) as trace_id
from sluice.queue
join sluice.queries on queries.id = queue.query_id;
comment on view sluice.queue_live is
  'Queries that wait, with their place: what celery inspect reserved and scheduled show. The table is sluice.queue.';
comment on column sluice.queue_live.query_id is 'The query.';
comment on column sluice.queue_live.lane is 'Lane that it waits in.';
comment on column sluice.queue_live.tenant is 'Whose it is.';
comment on column sluice.queue_live.source is 'Source that is to run it.';
comment on column sluice.queue_live.priority is '1 (first) to 9 (last) within its lane.';
comment on column sluice.queue_live.status is 'waiting: for a slot; scheduled: for its run_at.';
comment on column sluice.queue_live.position is 'Place in its lane, from 1; null while it is scheduled.';
comment on column sluice.queue_live.submitted_at is 'When it was accepted.';
comment on column sluice.queue_live.run_at is 'Not to be started before; null: at once.';
comment on column sluice.queue_live.waiting_seconds is 'How long it has waited for a slot; 0 while it is scheduled.';
comment on column sluice.queue_live.queue_timeout_at is 'Ends as timed_out if it has not started by then; null: no limit.';
comment on column sluice.queue_live.attempt is 'How often it was claimed so far.';
comment on column sluice.queue_live.labels is 'Free labels, strings by name.';
comment on column sluice.queue_live.sql is 'The statement, as submitted.';
comment on column sluice.queue_live.trace_id is 'The distributed trace that it was submitted in; null: none.';
