create or replace function sluice.sample_gauges() returns void
language plpgsql
set synchronous_commit = off
set enable_hashjoin = on
set enable_seqscan = on
as $$
begin
  insert into sluice.statistics_storage (minute, results_bytes, database_bytes)
  select date_trunc('minute', now()),
    (
      select coalesce(sum(pg_total_relation_size(relid)), 0)
      from (
        select 'sluice.results'::regclass as relid
        union all
        select inhrelid from pg_inherits where inhparent = 'sluice.chunks'::regclass
      ) stored
    ),
    pg_database_size(current_database())
  where not exists (select from sluice.statistics_storage where minute = date_trunc('minute', now()))
  on conflict do nothing;
  if not found then
    return;
  end if;
  insert into sluice.statistics_gauges (minute, lane, waiting, scheduled, running, slots, oldest_wait_seconds)
  select date_trunc('minute', now()), lane, waiting, scheduled, running, slots, oldest_wait_seconds
  from sluice.lanes_live
  on conflict do nothing;
end
$$;
comment on function sluice.sample_gauges() is 'Notes the load of every lane and what is stored, once a minute however often it is called.';
