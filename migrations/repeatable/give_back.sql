-- Puts a run back into the queue, at its old place, without charging an attempt: a worker
-- that drains does so with what it could not finish. A cancel that came first wins.
create or replace function sluice.give_back(in_query uuid, in_token bigint, why text default 'interrupted')
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
  set state = 'queued', started_at = null, lease_token = null, worker_id = null,
      interruptions = interruptions + (why = 'interrupted')::integer,
      worker_losses = worker_losses + (why = 'worker_lost')::integer
  where id = in_query;
  insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority)
  values (in_query, query.queue_order, query.lane, query.tenant, query.source, query.priority);
  insert into sluice.query_events (query_id, attempt, state, reason, worker_id)
  values (in_query, query.attempt, 'queued', why, query.worker_id);
  perform sluice.add_ticket(query.lane);
  return 'queued';
end
$$;
comment on function sluice.give_back(uuid, bigint, text) is
  'Puts a run that still holds its lease back into the queue; returns the state that it reached, null if the lease was lost.';
