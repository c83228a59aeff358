-- Moves the next queries of a lane to running. One claim at a time per lane, so that the
-- lane's limit holds over all workers; the lock is released by a commit that waits for no disk.
-- Its answer may have other columns than before, which `create or replace` refuses.
drop function if exists sluice.claim(uuid, text, integer, boolean);
create function sluice.claim(worker uuid, in_lane text, want integer, woken boolean default false)
returns table (
  query_id uuid, token bigint, attempt integer, source text, sql text, params jsonb, timeout_seconds integer,
  row_limit bigint, byte_limit bigint, expires_on date, more boolean, traceparent text, tracestate text,
  explain boolean)
language plpgsql
as $$
#variable_conflict use_column
declare
  room integer;
  taken integer;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from sluice.workers where id = worker and stopped_at is null and not draining;
  if not found then
    return;
  end if;
  perform from sluice.queue where lane = in_lane and (not delayed or run_at <= now()) limit 1;
  if not found then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('sluice.lane:' || in_lane, 0));

  select concurrency - (select count(*) from sluice.leases where lane = in_lane) into room
  from sluice.lanes
  where name = in_lane and not paused;
  if room is null or room <= 0 then
    return;
  end if;

  update sluice.queue set delayed = false where lane = in_lane and delayed and run_at <= now();

  return query
  with next as (
    -- Served by index queue_next.
    select query_id from sluice.queue
    where lane = in_lane and not delayed
    order by priority, queue_order
    limit least(want, room)
    for update skip locked
  ),
  taken as (
    delete from sluice.queue using next where queue.query_id = next.query_id returning queue.query_id
  ),
  running as (
    update sluice.queries
    set state = 'running', attempt = queries.attempt + 1,
        -- A crash of the server can take the sequence back to what a run holds that goes on: 20 random bits tell them apart.
        lease_token = nextval('sluice.lease_tokens') * 1048576 + floor(random() * 1048576)::bigint,
        worker_id = worker, started_at = clock_timestamp()
    -- Not a join: planned while the table is empty, that scans the whole index for ever after.
    where queries.id = any (array(select taken.query_id from taken)) and queries.state = 'queued'
    returning queries.id, queries.lease_token, queries.attempt, queries.source, queries.sql, queries.params,
      queries.timeout_seconds, queries.row_limit, queries.byte_limit, queries.started_at, queries.ttl_seconds,
      queries.tenant, queries.priority, queries.queue_order, queries.traceparent, queries.tracestate,
      queries.explain
  ),
  leased as (
    insert into sluice.leases (query_id, token, worker_id, lane, tenant, source)
    select id, lease_token, worker, in_lane, tenant, source from running
  ),
  recorded as (
    insert into sluice.query_events (query_id, attempt, state, worker_id)
    select id, attempt, 'running', worker from running
  )
  select id, lease_token, attempt, source, sql, params, timeout_seconds, row_limit, byte_limit,
    -- A run may end a little after its time: 300 seconds are for that.
    ((started_at + make_interval(secs => timeout_seconds::double precision + ttl_seconds + 300)) at time zone 'UTC')::date,
    count(*) over () >= least(want, room), traceparent, tracestate, explain
  from running
  order by priority, queue_order;
  get diagnostics taken = row_count;

  -- A ticket sends one worker; that one sends the next while there is more to do.
  if woken and taken > 0 and taken < room then
    perform from sluice.queue where lane = in_lane and not delayed limit 1;
    if found then
      perform sluice.add_ticket(in_lane, origin => 'claim');
    end if;
  end if;
end
$$;
comment on function sluice.claim(uuid, text, integer, boolean) is
  'Starts up to `want` queries of a lane for a worker and returns what it needs to run them. `woken`: by a ticket. `more`: there may be more to claim, now or when a query of the lane ends.';
