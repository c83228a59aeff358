create or replace view sluice.sources_live as
select
  sources.name as source,
  case
    when coalesce(lately.unreached, 0) > 0 and coalesce(lately.reached, 0) = 0 then 'failing'
    when coalesce(lately.unreached, 0) > 0 then 'unsteady'
    when coalesce(lately.reached, 0) > 0 or coalesce(held.running, 0) > 0 then 'answers'
    else 'idle'
  end as health,
  coalesce(held.running, 0)::integer as running,
  coalesce(alive.workers * sources.max_connections, 0)::integer as most_connections,
  coalesce(counted.waiting, 0) as waiting,
  coalesce(lately.ended, 0) as ended,
  coalesce(lately.failed, 0) as failed,
  coalesce(lately.unreached, 0) as unreached,
  lately.last_code
from sluice.sources
left join (select source, count(*) as running from sluice.leases group by source) held on held.source = sources.name
left join (
  select source, count(*) as waiting from sluice.queue where run_at is null or run_at <= now() group by source
) counted on counted.source = sources.name
left join (
  select
    source,
    count(*) as ended,
    count(*) filter (where state in ('failed', 'timed_out')) as failed,
    count(*) filter (where code like 'source_%') as unreached,
    count(*) filter (where state = 'succeeded' or code = 'sql_error') as reached,
    (array_agg(code order by finished_at desc) filter (where code like 'source_%'))[1] as last_code
  from sluice.history
  where finished_at >= now() - interval '5 minutes'
  group by source
) lately on lately.source = sources.name
cross join (
  select count(*) as workers from sluice.workers
  where stopped_at is null and heartbeat_at >= now() - make_interval(secs => lease_seconds)
) alive;
comment on view sluice.sources_live is 'Every source with its load now and how it has answered in the last five minutes. The table is sluice.sources.';
comment on column sluice.sources_live.source is 'Name of the source.';
comment on column sluice.sources_live.health is
  'By the queries that ended in the last five minutes: answers; unsteady: some could not use it; failing: none could; idle: there was none.';
comment on column sluice.sources_live.running is 'Queries that run there, each on a connection of its own.';
comment on column sluice.sources_live.most_connections is 'Connections that the workers that are alive may open there, together.';
comment on column sluice.sources_live.waiting is 'Queries that wait for a slot.';
comment on column sluice.sources_live.ended is 'Queries that ended in the last five minutes.';
comment on column sluice.sources_live.failed is 'Those of them that failed or timed out.';
comment on column sluice.sources_live.unreached is 'Those of them that failed because of the source: not reached, no connection free, login refused, connection lost.';
comment on column sluice.sources_live.last_code is 'Code of the last of these errors.';
