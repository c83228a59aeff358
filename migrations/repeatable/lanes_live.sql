create or replace view sluice.lanes_live as
select
  lanes.name as lane,
  lanes.paused,
  lanes.concurrency,
  coalesce(held.running, 0)::integer as running,
  coalesce(counted.waiting, 0) as waiting,
  coalesce(counted.scheduled, 0) as scheduled,
  coalesce(extract(epoch from now() - least(oldest.since, counted.due)), 0)::double precision as oldest_wait_seconds,
  lanes.max_queued,
  coalesce(serving.slots, 0)::integer as slots
from sluice.lanes
left join (
  select lane,
    count(*) filter (where run_at is null or run_at <= now()) as waiting,
    count(*) filter (where run_at > now()) as scheduled,
    min(run_at) filter (where run_at <= now()) as due
  from sluice.queue group by lane
) counted on counted.lane = lanes.name
left join lateral (
  -- The first of each priority, by index queue_next: one of them has waited longest.
  select min(queries.submitted_at) as since
  from generate_series(1, 9) as each (priority)
  cross join lateral (
    select query_id from sluice.queue
    where queue.lane = lanes.name and queue.priority = each.priority and not queue.delayed and queue.run_at is null
    order by queue.queue_order limit 1
  ) first
  join sluice.queries on queries.id = first.query_id
  where counted.waiting > 0
) oldest on true
left join (select lane, count(*) as running from sluice.leases group by lane) held on held.lane = lanes.name
left join lateral (
  select sum(slots) as slots from sluice.workers
  where stopped_at is null and not draining and heartbeat_at >= now() - make_interval(secs => lease_seconds)
    and (workers.lanes is null or lanes.name = any (workers.lanes))
) serving on true;
comment on view sluice.lanes_live is 'Every lane with its load now. The table, with the limits, is sluice.lanes.';
comment on column sluice.lanes_live.lane is 'Name of the lane.';
comment on column sluice.lanes_live.paused is 'While true nothing of this lane is started.';
comment on column sluice.lanes_live.concurrency is 'Most queries of this lane that run at one time.';
comment on column sluice.lanes_live.running is 'Queries that run.';
comment on column sluice.lanes_live.waiting is 'Queries that wait for a slot: the depth of the lane.';
comment on column sluice.lanes_live.scheduled is 'Queries that wait for their run_at.';
comment on column sluice.lanes_live.oldest_wait_seconds is 'How long the one of them has waited for a slot that has waited longest; 0: none waits.';
comment on column sluice.lanes_live.max_queued is 'Most queries that may wait.';
comment on column sluice.lanes_live.slots is 'Slots of the workers that serve this lane, shared with the other lanes that they serve.';
