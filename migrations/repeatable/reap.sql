-- Declares workers dead that have been silent for longer than their lease, frees their graphile
-- jobs, notes their sessions at sources for whoever ends them there, and takes their queries
-- away; likewise runs that a worker has not ended a minute after their time or their cancel.
-- A query that cannot have written runs again, unless it has now lost two workers; one that may
-- have written ends, because running it twice is worse. One that was being canceled ends as
-- canceled when its sessions are gone, or could not be seen for a minute.
create or replace function sluice.reap(lease_seconds integer default null) returns integer
language plpgsql as $$
declare
  dead record;
  lost record;
  state text;
  ended jsonb;
  reaped integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.reaper', 0)) then
    return 0;
  end if;
  for dead in
    update sluice.workers set stopped_at = clock_timestamp()
    where stopped_at is null
      and heartbeat_at < clock_timestamp() - make_interval(secs => coalesce(reap.lease_seconds, workers.lease_seconds))
    returning id, pool_id
  loop
    perform graphile_worker.force_unlock_workers(array[dead.pool_id]) where dead.pool_id is not null;
    perform sluice.remove_spent_tickets();
  end loop;

  with left_behind as (
    update sluice.workers set sessions = '[]' from sluice.workers before
    where workers.id = before.id and before.stopped_at is not null and before.sessions <> '[]'
    returning workers.id, before.sessions
  )
  insert into sluice.orphans (worker_id, source, pid, backend_start)
  select left_behind.id, session.source, session.pid, session.started_at
  from left_behind
  cross join lateral jsonb_to_recordset(left_behind.sessions) as session (source text, pid integer, started_at timestamptz);

  for lost in
    select leases.query_id, leases.token, leases.worker_id, leases.source, leases.orphaned_at,
      queries.worker_losses, coalesce(sources.writes, true) as writes,
      workers.id is null or workers.stopped_at is not null as worker_is_dead
    from sluice.leases
    join sluice.queries on queries.id = leases.query_id
    left join sluice.workers on workers.id = leases.worker_id
    left join sluice.sources on sources.name = leases.source
    where workers.id is null or workers.stopped_at is not null
      or leases.granted_at < clock_timestamp() - make_interval(secs => queries.timeout_seconds + 60)
      or (queries.state = 'canceling'
        and (leases.orphaned_at is not null or queries.cancel_requested_at < clock_timestamp() - interval '1 minute'))
    -- Lane by lane, the order in which submissions add tickets.
    order by leases.lane, leases.query_id
  loop
    -- Whoever cancels it has done so before this, or finds it taken away.
    select queries.state into state from sluice.queries
    where id = lost.query_id and lease_token = lost.token and queries.state in ('running', 'canceling')
    for update;
    if not found then
      continue;
    end if;
    if lost.orphaned_at is null then
      perform sluice.note_orphan(lost.query_id, lost.token, lost.worker_id);
      update sluice.leases set orphaned_at = clock_timestamp()
      where leases.query_id = lost.query_id and leases.token = lost.token;
    end if;
    if state = 'canceling' then
      if coalesce(lost.orphaned_at, clock_timestamp()) > clock_timestamp() - interval '1 minute'
        and exists (select from sluice.orphans where orphans.worker_id = lost.worker_id and orphans.source = lost.source)
      then
        continue;
      end if;
      update sluice.leases set orphaned_at = null where leases.query_id = lost.query_id and leases.token = lost.token;
    end if;
    ended := case
      when not lost.worker_is_dead then jsonb_build_object('state', 'timed_out', 'error', jsonb_build_object(
        'code', 'statement_timeout', 'retryable', false,
        'message', 'The query ran longer than its timeout_seconds, and its worker did not end it.'))
      when lost.writes then jsonb_build_object('state', 'failed', 'error', jsonb_build_object(
        'code', 'worker_lost', 'retryable', false,
        'message', 'The worker died while the statement ran; whether it took effect is not known.'))
      when lost.worker_losses >= 1 then jsonb_build_object('state', 'failed', 'error', jsonb_build_object(
        'code', 'poison', 'retryable', false,
        'message', 'Two workers died while they ran this query; it is not run again.'))
      end;
    -- A run that ended meanwhile is not counted.
    if ended is null then
      reaped := reaped + (sluice.give_back(lost.query_id, lost.token, 'worker_lost') is not null)::integer;
    else
      reaped := reaped + (
        select count(*) from sluice.finish(
          jsonb_build_array(ended || jsonb_build_object('query_id', lost.query_id, 'token', lost.token)), ''));
    end if;
  end loop;
  return reaped;
end
$$;
comment on function sluice.reap(integer) is
  'Takes queries away from workers that have been silent for longer than their lease (or the time that is given), and runs that nobody ends; returns how many.';
