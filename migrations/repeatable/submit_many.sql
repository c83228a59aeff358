-- Accepts queries, each that is valid, in the caller's transaction: row, place in the queue,
-- event and ticket appear together. One row comes back per request, in order.
create or replace function sluice.submit_many(requests jsonb)
returns table (ordinal integer, query_id uuid, code text, detail text)
language plpgsql
as $$
#variable_conflict use_column
declare
  request record;
  lane sluice.lanes;
  known sluice.idempotency_keys;
  query sluice.queries;
  accepted sluice.queries[] := '{}';
  keys sluice.idempotency_keys[] := '{}';
  lanes text[] := '{}';
  waiting bigint;
begin
  -- Requests with the same key wait here for each other's transaction; one order of locks,
  -- so that transactions with several keys never wait for each other in a circle.
  if requests @? '$[*].idempotency_key ? (@ != null)' then
    perform pg_advisory_xact_lock(lock)
    from (
      select distinct hashtextextended(
        'sluice.idempotency:' || coalesce(r ->> 'tenant', 'default') || ':' || (r ->> 'idempotency_key'), 0) as lock
      from jsonb_array_elements(requests) r
      where r ->> 'idempotency_key' is not null
      order by 1
    ) keyed;
  end if;

  ordinal := 0;
  for request in
    select * from jsonb_to_recordset(requests) as (
      id uuid, tenant text, source text, lane text, sql text, params jsonb, labels jsonb, priority smallint,
      timeout_seconds integer, queue_timeout_seconds integer, row_limit bigint, byte_limit bigint,
      ttl_seconds integer, max_attempts integer, run_at timestamptz, idempotency_key text, request_hash text,
      webhooks text[], retry_of uuid, abandon_after_seconds integer, traceparent text, tracestate text, explain boolean)
  loop
    ordinal := ordinal + 1;
    code := null;
    detail := null;
    query := null;
    query.id := coalesce(request.id, sluice.uuid_v7());
    query.tenant := coalesce(request.tenant, 'default');
    query.source := coalesce(request.source, 'default');
    query.lane := coalesce(request.lane, 'default');
    query_id := query.id;

    if request.idempotency_key is not null then
      select * into known from sluice.idempotency_keys where tenant = query.tenant and key = request.idempotency_key;
      if not found then
        select * into known from unnest(keys) where tenant = query.tenant and key = request.idempotency_key;
      end if;
      if found then
        query_id := known.query_id;
        if known.request_hash is distinct from coalesce(request.request_hash, '') then
          code := 'idempotency_key_reused';
          detail := 'The Idempotency-Key was used with another request. Use a new key for a new request.';
        end if;
        return next;
        continue;
      end if;
    end if;

    if lane.name is distinct from query.lane then
      select * into lane from sluice.lanes where name = query.lane;
      select count(*) into waiting from (
        select from sluice.queue where queue.lane = query.lane limit lane.max_queued
      ) counted;
      waiting := waiting + (select count(*) from unnest(accepted) earlier where earlier.lane = query.lane);
    end if;
    query.timeout_seconds := coalesce(request.timeout_seconds, lane.timeout_seconds);
    query.row_limit := coalesce(request.row_limit, lane.row_limit, lane.max_row_limit);
    query.byte_limit := coalesce(request.byte_limit, lane.byte_limit, lane.max_byte_limit);
    query.ttl_seconds := coalesce(request.ttl_seconds, lane.ttl_seconds);

    if lane.name is null then
      code := 'unknown_lane';
      detail := format('There is no lane %s.', query.lane);
    elsif not exists (select from sluice.sources where name = query.source) then
      code := 'unknown_source';
      detail := format('There is no source %s.', query.source);
    elsif query.tenant <> 'default' and not exists (select from sluice.tenants where name = query.tenant) then
      code := 'unknown_tenant';
      detail := format('There is no tenant %s.', query.tenant);
    elsif request.webhooks is not null and exists (
      select from unnest(request.webhooks) named
      where not exists (select from sluice.webhooks where name = named and tenant = query.tenant))
    then
      code := 'unknown_webhook';
      detail := format('There is not every webhook of %s.', array_to_string(request.webhooks, ', '));
    elsif request.sql is null or request.sql !~ '\S' or octet_length(request.sql) > 1048576 then
      code := 'invalid_request';
      detail := 'sql must be one statement of 1 to 1048576 bytes.';
    elsif query.timeout_seconds > lane.max_timeout_seconds then
      code := 'limit_above_lane_maximum';
      detail := format('timeout_seconds is %s; lane %s allows at most %s.',
        query.timeout_seconds, lane.name, lane.max_timeout_seconds);
    elsif query.row_limit > lane.max_row_limit then
      code := 'limit_above_lane_maximum';
      detail := format('row_limit is %s; lane %s allows at most %s.', query.row_limit, lane.name, lane.max_row_limit);
    elsif query.byte_limit > lane.max_byte_limit then
      code := 'limit_above_lane_maximum';
      detail := format('byte_limit is %s; lane %s allows at most %s.', query.byte_limit, lane.name, lane.max_byte_limit);
    elsif query.ttl_seconds > lane.max_ttl_seconds then
      code := 'limit_above_lane_maximum';
      detail := format('ttl_seconds is %s; lane %s allows at most %s.', query.ttl_seconds, lane.name, lane.max_ttl_seconds);
    elsif request.max_attempts not between 1 and lane.max_attempts then
      code := 'limit_above_lane_maximum';
      detail := format('max_attempts is %s; lane %s allows 1 to %s.', request.max_attempts, lane.name, lane.max_attempts);
    elsif request.max_attempts > 1 and exists (select from sluice.sources where name = query.source and writes) then
      code := 'invalid_request';
      detail := format('max_attempts is %s, but statements of source %s may write, and such are never run twice.',
        request.max_attempts, query.source);
    elsif least(query.timeout_seconds, query.row_limit, query.byte_limit, query.ttl_seconds,
      request.queue_timeout_seconds, request.abandon_after_seconds) < 1
    then
      code := 'invalid_request';
      detail := 'Limits must be at least 1: timeout_seconds, queue_timeout_seconds, row_limit, byte_limit, ttl_seconds, abandon_after_seconds.';
    elsif waiting >= lane.max_queued then
      code := 'queue_full';
      detail := format('%s queries wait in lane %s, as many as it takes.', waiting, lane.name);
    end if;
    if code is not null then
      return next;
      continue;
    end if;

    query.queue_order := nextval('sluice.queue_order');
    query.submitted_at := clock_timestamp();
    query.run_at := case when request.run_at > now() then request.run_at end;
    query.queue_timeout_at := coalesce(query.run_at, now())
      + make_interval(secs => coalesce(request.queue_timeout_seconds, lane.queue_timeout_seconds));
    query.attempt := 0;
    query.interruptions := 0;
    query.worker_losses := 0;
    query.max_attempts := coalesce(request.max_attempts, 1);
    query.priority := coalesce(request.priority, 5);
    query.state := 'queued';
    query.sql := request.sql;
    query.params := coalesce(request.params, '[]');
    query.labels := coalesce(request.labels, '{}');
    query.webhooks := request.webhooks;
    query.retry_of := request.retry_of;
    query.abandon_after_seconds := request.abandon_after_seconds;
    query.traceparent := request.traceparent;
    query.tracestate := request.tracestate;
    query.explain := nullif(request.explain, false);
    accepted := accepted || query;
    if request.idempotency_key is not null then
      keys := keys || row(
        query.tenant, request.idempotency_key, coalesce(request.request_hash, ''), query.id, now()
      )::sluice.idempotency_keys;
    end if;
    if query.run_at is not null then
      perform sluice.add_ticket(query.lane, query.run_at);
    elsif query.lane <> all (lanes) then
      lanes := lanes || query.lane;
    end if;
    waiting := waiting + 1;
    return next;
  end loop;

  insert into sluice.queries select * from unnest(accepted);
  insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority, run_at, queue_timeout_at, delayed)
  select id, queue_order, lane, tenant, source, priority, run_at, queue_timeout_at, run_at is not null
  from unnest(accepted);
  insert into sluice.query_events (query_id, attempt, state) select id, 0, 'queued' from unnest(accepted);
  if requests @? '$[*].abandon_after_seconds ? (@ != null)' then
    insert into sluice.watched (query_id, abandon_at, abandon_after_seconds)
    select id, now() + make_interval(secs => abandon_after_seconds), abandon_after_seconds
    from unnest(accepted) where abandon_after_seconds is not null;
  end if;
  if keys <> '{}' then
    insert into sluice.idempotency_keys select * from unnest(keys);
  end if;

  -- In one order, so that concurrent submissions never wait for each other in a circle.
  lanes := array(select unnest(lanes) order by 1);
  for i in 1..cardinality(lanes) loop
    perform sluice.add_ticket(lanes[i]);
  end loop;
end
$$;
comment on function sluice.submit_many(jsonb) is
  'Accepts an array of requests (fields as in POST /v1/queries, with id, tenant, idempotency_key, request_hash besides) in one transaction. A row per request: its query, or the code and detail of what is wrong with it.';
