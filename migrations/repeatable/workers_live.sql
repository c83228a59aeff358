create or replace view sluice.workers_live as
select
  workers.id,
  workers.host,
  workers.pid,
  workers.version,
  case
    when workers.stopped_at is not null then 'stopped'
    -- As long as a lease: then the reaper takes its queries away.
    when workers.heartbeat_at < now() - make_interval(secs => workers.lease_seconds) then 'silent'
    when workers.draining then 'draining'
    else 'alive'
  end as status,
  workers.slots,
  coalesce(held.busy, 0)::integer as busy,
  coalesce(workers.lanes, array(select lanes.name from sluice.lanes order by lanes.name)) as lanes,
  workers.rss_bytes,
  workers.started_at,
  workers.heartbeat_at,
  extract(epoch from now() - workers.heartbeat_at)::double precision as heartbeat_age_seconds,
  workers.stopped_at,
  workers.supervisor_pid,
  workers.drain_reason
from sluice.workers
left join (select worker_id, count(*) as busy from sluice.leases group by worker_id) held on held.worker_id = workers.id
where workers.stopped_at is null or workers.stopped_at > now() - interval '1 day';
comment on view sluice.workers_live is
  'Worker processes as they are now, and those that stopped within a day: what celery inspect ping, stats and registered show. The table is sluice.workers.';
comment on column sluice.workers_live.id is 'Drawn anew at each start of a worker.';
comment on column sluice.workers_live.host is 'Host that it runs on.';
comment on column sluice.workers_live.pid is 'Process id there.';
comment on column sluice.workers_live.version is 'Sluice version.';
comment on column sluice.workers_live.status is
  'alive; draining: it claims no more; silent: no heartbeat for as long as its lease, its queries are about to be taken away; stopped.';
comment on column sluice.workers_live.slots is 'Queries that it runs at one time.';
comment on column sluice.workers_live.busy is 'Queries that it runs now.';
comment on column sluice.workers_live.lanes is 'Lanes that it serves.';
comment on column sluice.workers_live.rss_bytes is 'Resident memory at its last heartbeat.';
comment on column sluice.workers_live.started_at is 'When it started.';
comment on column sluice.workers_live.heartbeat_at is 'When it last said that it is alive.';
comment on column sluice.workers_live.heartbeat_age_seconds is 'How long ago that was.';
comment on column sluice.workers_live.stopped_at is 'When it stopped or was declared dead.';
comment on column sluice.workers_live.supervisor_pid is
  'Process on the same host that starts another when it ends; null: it was started by itself.';
comment on column sluice.workers_live.drain_reason is 'Why it claims no more: told to stop, asked to drain, or worn out by queries or memory.';
