-- One call a second serves all viewers of a server. Each statement in here sees what the one
-- before it saw, and more, so no event is numbered by the first and missed by the second.
create or replace function sluice.poll_events(
  inout seen bigint, inout missing int8multirange, inout writers text[], most integer, with_progress boolean,
  out events jsonb, out progress jsonb)
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
declare
  ids int8multirange;
begin
  select read.seen, read.missing, read.writers, read.ids into strict seen, missing, writers, ids
  from sluice.read_events(seen, missing, writers, most) read;
  select jsonb_agg(jsonb_build_object(
    'id', event.id, 'query_id', event.query_id, 'at', event.at, 'attempt', event.attempt, 'state', event.state,
    'reason', event.reason, 'worker', event.worker_id, 'tenant', queries.tenant, 'lane', queries.lane,
    'source', queries.source, 'labels', queries.labels) order by event.id)
  into events
  from unnest(ids) numbers
  cross join lateral (
    select * from sluice.query_events where id >= lower(numbers) and id < upper(numbers) offset 0
  ) event
  join sluice.queries on queries.id = event.query_id;
  if with_progress then
    select jsonb_agg(jsonb_build_object(
      'query_id', leases.query_id, 'at', now(), 'attempt', queries.attempt, 'worker', leases.worker_id,
      'tenant', leases.tenant, 'lane', leases.lane, 'source', leases.source, 'labels', queries.labels,
      'rows', results.rows, 'bytes', results.raw_bytes, 'chunks', results.chunks))
    into progress
    from sluice.leases
    join sluice.results on results.query_id = leases.query_id and results.token = leases.token
    join sluice.queries on queries.id = leases.query_id;
  end if;
end
$$;
comment on function sluice.poll_events(bigint, int8multirange, text[], integer, boolean) is
  'Events after a position as read_events() gives them out, with what their queries belong to, and the progress of results that are being written.';
