-- The order of locks is that of the claim: queue, then queries.
create or replace function sluice.cancel(id uuid, why text default null) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  reached text;
begin
  delete from sluice.queue where queue.query_id = cancel.id;
  if found then
    update sluice.queries
    set state = 'canceled', cancel_requested_at = clock_timestamp(), finished_at = clock_timestamp()
    where queries.id = cancel.id and state = 'queued';
    insert into sluice.query_events (query_id, attempt, state, reason)
    select queries.id, attempt, 'canceled', why from sluice.queries where queries.id = cancel.id;
    perform sluice.tell_webhooks(array[cancel.id]);
    perform pg_notify('sluice_done', cancel.id::text);
    perform sluice.note_action('query.cancel', cancel.id::text);
    return 'canceled';
  end if;

  update sluice.queries set state = 'canceling', cancel_requested_at = clock_timestamp()
  where queries.id = cancel.id and state = 'running';
  if found then
    insert into sluice.query_events (query_id, attempt, state, reason)
    select queries.id, attempt, 'canceling', why from sluice.queries where queries.id = cancel.id;
    perform pg_notify('sluice_cancel', cancel.id::text);
    perform sluice.note_action('query.cancel', cancel.id::text);
    return 'canceling';
  end if;

  select state into reached from sluice.queries where queries.id = cancel.id;
  if reached = 'queued' then
    -- It was given back to the queue between the two statements.
    return sluice.cancel(cancel.id, why);
  end if;
  return reached;
end
$$;
comment on function sluice.cancel(uuid, text) is
  'Cancels a query: at once if it waits, by its worker if it runs. `why` stands in its events. Returns its state, unchanged if it had ended, null if there is no such query.';
