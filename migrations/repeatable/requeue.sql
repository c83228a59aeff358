-- Puts a run back into the queue at its old place. A cancel that came first wins, and waits for
-- the reaper while nobody has seen the end of the session at the source. Two kinds of
-- ends cost no attempt: an interruption, and the loss of a worker, which are counted apart.
create or replace function sluice.requeue(
  in_query uuid, in_token bigint, why text, is_interruption boolean, in_error jsonb, not_before timestamptz)
returns text
language plpgsql as $$
declare
  query sluice.queries;
begin
  select * into query from sluice.queries
  where id = in_query and lease_token = in_token and state in ('running', 'canceling')
  for update;
  if not found then
    return null;
  end if;
  if query.state = 'canceling'
    and exists (select from sluice.leases where query_id = in_query and orphaned_at is not null)
  then
    return 'canceling';
  end if;

  delete from sluice.leases where query_id = in_query;
  perform sluice.drop_result(in_query);

  if query.state = 'canceling' then
    update sluice.queries set state = 'canceled', finished_at = clock_timestamp() where id = in_query;
    insert into sluice.query_events (query_id, attempt, state, worker_id)
    values (in_query, query.attempt, 'canceled', query.worker_id);
    perform sluice.tell_webhooks(array[in_query]);
    perform pg_notify('sluice_done', in_query::text);
    return 'canceled';
  end if;

  update sluice.queries
  set state = 'queued', started_at = null, lease_token = null, worker_id = null, run_at = not_before,
      interruptions = interruptions + is_interruption::integer,
      worker_losses = worker_losses + (why = 'worker_lost')::integer
  where id = in_query;
  insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority, run_at, delayed)
  values (in_query, query.queue_order, query.lane, query.tenant, query.source, query.priority, not_before, not_before is not null);
  insert into sluice.query_events (query_id, attempt, state, reason, worker_id, error)
  values (in_query, query.attempt, 'queued', why, query.worker_id, in_error);
  perform sluice.add_ticket(query.lane, not_before);
  return 'queued';
end
$$;
comment on function sluice.requeue(uuid, bigint, text, boolean, jsonb, timestamptz) is
  'Puts a run that still holds its lease back into the queue, not to start before a time; returns the state that it reached (canceling: nothing was changed), null if the lease was lost. Called by give_back() and try_again().';
