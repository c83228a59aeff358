-- The lock belongs to the session, so the death of its holder frees it at once. A holder that
-- is frozen, or cut off, keeps its session: without a heartbeat for 3 s that is ended.
create or replace function sluice.hold_beat(in_pool_id text, in_term bigint default null) returns bigint
language plpgsql as $$
declare
  key constant bigint := hashtextextended('sluice.beat', 0);
  worker uuid;
  held bigint;
  free boolean;
begin
  update sluice.beat set heartbeat_at = clock_timestamp() where term = in_term and backend_pid = pg_backend_pid()
  returning term into held;
  if found then
    return held;
  end if;

  select id into worker from sluice.workers where pool_id = in_pool_id and stopped_at is null and not draining;
  if not found then
    return null;
  end if;
  free := pg_try_advisory_lock(key);
  if not free then
    perform pg_terminate_backend(backend_pid)
    from sluice.beat
    where heartbeat_at < clock_timestamp() - interval '3 seconds'
      and exists (
        select from pg_locks
        where locktype = 'advisory' and granted and pid = backend_pid and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and ((classid::bigint << 32) | objid::bigint) = key);
    if not found then
      return null;
    end if;
    -- Its end takes a moment.
    for i in 1..50 loop
      perform pg_sleep(0.01);
      free := pg_try_advisory_lock(key);
      exit when free;
    end loop;
    if not free then
      return null;
    end if;
  end if;
  update sluice.beat
  set term = term + 1, worker_id = worker, backend_pid = pg_backend_pid(), held_since = clock_timestamp(),
      heartbeat_at = clock_timestamp()
  returning term into held;
  return held;
end
$$;
comment on function sluice.hold_beat(text, bigint) is
  'Takes the beat for the worker of a graphile-worker pool, or says that it still holds it under the given term; null: another does. Its session holds the lock.';
