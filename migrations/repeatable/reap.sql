-- Declares workers dead whose heartbeat is older than the lease, frees their graphile jobs
-- and takes their queries away. A query that cannot have written runs again, unless it has
-- now lost two workers; one that may have written ends, because running it twice is worse.
create or replace function sluice.reap(lease_seconds integer default 15) returns integer
language plpgsql as $$
declare
  dead record;
  lost record;
  reaped integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.reaper', 0)) then
    return 0;
  end if;
  for dead in
    update sluice.workers set stopped_at = clock_timestamp()
    where stopped_at is null and heartbeat_at < clock_timestamp() - make_interval(secs => lease_seconds)
    returning id, pool_id
  loop
    perform graphile_worker.force_unlock_workers(array[dead.pool_id]) where dead.pool_id is not null;
  end loop;

  for lost in
    select leases.query_id, leases.token, queries.worker_losses, coalesce(sources.writes, true) as writes
    from sluice.leases
    join sluice.workers on workers.id = leases.worker_id and workers.stopped_at is not null
    join sluice.queries on queries.id = leases.query_id
    left join sluice.sources on sources.name = leases.source
    -- Lane by lane, the order in which submissions add tickets.
    order by leases.lane, leases.query_id
  loop
    if lost.writes or lost.worker_losses >= 1 then
      perform sluice.finish(
        jsonb_build_array(jsonb_build_object(
          'query_id', lost.query_id, 'token', lost.token, 'state', 'failed',
          'error', case when lost.writes
            then jsonb_build_object('code', 'worker_lost', 'retryable', false,
              'message', 'The worker died while the statement ran; whether it took effect is not known.')
            else jsonb_build_object('code', 'poison', 'retryable', false,
              'message', 'Two workers died while they ran this query; it is not run again.')
            end)),
        '');
    else
      perform sluice.give_back(lost.query_id, lost.token, 'worker_lost');
    end if;
    reaped := reaped + 1;
  end loop;
  return reaped;
end
$$;
comment on function sluice.reap(integer) is
  'Takes queries away from workers that have not been heard of for the given time; returns how many.';
