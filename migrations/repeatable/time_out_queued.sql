create or replace function sluice.time_out_queued() returns integer
language plpgsql as $$
declare
  ids uuid[];
begin
  with late as (
    delete from sluice.queue
    where query_id in (
      select query_id from sluice.queue where queue_timeout_at <= now()
      order by queue_timeout_at limit 1000 for update skip locked)
    returning query_id
  ),
  ended as (
    update sluice.queries
    set state = 'timed_out', finished_at = clock_timestamp(),
        error = jsonb_build_object(
          'code', 'queue_timeout', 'retryable', true,
          'message', 'The query found no free slot within its queue_timeout_seconds.')
    from late
    where id = query_id and state = 'queued'
    returning id, attempt
  ),
  recorded as (
    insert into sluice.query_events (query_id, attempt, state, reason)
    select id, attempt, 'timed_out', 'queue_timeout' from ended
  )
  select array_agg(id) into ids from ended;
  perform sluice.tell_webhooks(ids);
  for i in 0..(coalesce(cardinality(ids), 0) - 1) / 200 loop
    perform pg_notify('sluice_done', array_to_string(ids[i * 200 + 1:i * 200 + 200], ','));
  end loop;
  return coalesce(cardinality(ids), 0);
end
$$;
comment on function sluice.time_out_queued() is
  'Ends queries that waited longer than their queue_timeout_seconds; returns how many.';
