create or replace function sluice.retry(id uuid, unless_repeated boolean default false) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  old sluice.queries;
  answer record;
begin
  -- Two who repeat it at the same time come one after the other.
  select * into old from sluice.queries where queries.id = retry.id for no key update;
  if not found then
    raise exception 'There is no query %.', retry.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  elsif old.state not in ('succeeded', 'failed', 'canceled', 'timed_out') then
    raise exception 'Query % is %.', retry.id, old.state using errcode = 'SLUIC', detail = 'code: query_not_ended';
  elsif unless_repeated and exists (select from sluice.queries where retry_of = old.id) then
    return null;
  end if;
  select * into strict answer from sluice.submit_many(jsonb_build_array(jsonb_build_object(
    'tenant', old.tenant, 'source', old.source, 'lane', old.lane, 'sql', old.sql, 'params', old.params,
    'labels', old.labels, 'priority', old.priority, 'timeout_seconds', old.timeout_seconds,
    'queue_timeout_seconds', ceil(extract(epoch from old.queue_timeout_at - coalesce(old.run_at, old.submitted_at))),
    'row_limit', old.row_limit, 'byte_limit', old.byte_limit, 'ttl_seconds', old.ttl_seconds,
    'max_attempts', old.max_attempts, 'retry_of', old.id,
    'traceparent', old.traceparent, 'tracestate', old.tracestate, 'explain', old.explain,
    -- One that is gone keeps nothing from running.
    'webhooks', (
      select jsonb_agg(name) from sluice.webhooks
      where name = any (old.webhooks) and webhooks.tenant = old.tenant))));
  if answer.code is not null then
    raise exception '%', coalesce(answer.detail, answer.code) using
      errcode = 'SLUIC', detail = format('code: %s', answer.code);
  end if;
  perform sluice.note_action('query.retry', old.id::text);
  return answer.query_id;
end
$$;
comment on function sluice.retry(uuid, boolean) is
  'Runs an ended query again as a new one, with the same statement, parameters and limits, and returns the id of that. `unless_repeated`: null instead if it was repeated before.';
