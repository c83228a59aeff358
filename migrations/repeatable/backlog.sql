create or replace view sluice.backlog as
select
  lanes.name as lane,
  least(
    coalesce(held.running, 0) + case when lanes.paused then 0 else coalesce(counted.waiting, 0) end,
    greatest(lanes.concurrency, coalesce(held.running, 0))
  )::integer as backlog
from sluice.lanes
left join (
  select lane, count(*) as waiting from sluice.queue where run_at is null or run_at <= now() group by lane
) counted on counted.lane = lanes.name
left join (select lane, count(*) as running from sluice.leases group by lane) held on held.lane = lanes.name;
comment on view sluice.backlog is
  'One number per lane for a scaler such as KEDA: slots that the lane could use now. select sum(backlog) from sluice.backlog, with the slots of one worker as the target.';
comment on column sluice.backlog.lane is 'Name of the lane.';
comment on column sluice.backlog.backlog is
  'Queries that run or wait for a slot, at most the concurrency of the lane; those that wait in a paused lane do not count.';
