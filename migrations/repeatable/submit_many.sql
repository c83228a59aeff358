-- Accepts queries, all that are valid, in the caller's transaction: row, place in the queue,
-- event and ticket appear together. One row comes back per request, in order.
create or replace function sluice.submit_many(requests jsonb)
returns table (ordinal integer, query_id uuid, code text, detail text)
language plpgsql as $$
#variable_conflict use_column
declare
  touched record;
begin
  -- Submissions that carry a key wait here for each other, key by key in one order.
  perform pg_advisory_xact_lock(hashtextextended('sluice.idempotency:' || keyed.tenant || ':' || keyed.key, 0))
  from (
    select distinct coalesce(r ->> 'tenant', 'default') as tenant, r ->> 'idempotency_key' as key
    from jsonb_array_elements(requests) r
    where r ->> 'idempotency_key' is not null
    order by 1, 2
  ) keyed;

  return query
  with request as materialized (
    select r.*, n::integer as ordinal
    from rows from (jsonb_to_recordset(requests) as (
      id uuid, tenant text, source text, lane text, sql text, params jsonb, labels jsonb, priority smallint,
      timeout_seconds integer, queue_timeout_seconds integer, row_limit bigint, byte_limit bigint,
      ttl_seconds integer, max_attempts integer, run_at timestamptz, idempotency_key text, request_hash text
    )) with ordinality as r (
      id, tenant, source, lane, sql, params, labels, priority, timeout_seconds, queue_timeout_seconds, row_limit,
      byte_limit, ttl_seconds, max_attempts, run_at, idempotency_key, request_hash, n)
  ),
  resolved as materialized (
    select
      request.ordinal,
      coalesce(request.id, sluice.uuid_v7()) as id,
      coalesce(request.tenant, 'default') as tenant,
      coalesce(request.source, 'default') as source,
      coalesce(request.lane, 'default') as lane,
      request.sql,
      coalesce(request.params, '[]') as params,
      coalesce(request.labels, '{}') as labels,
      coalesce(request.priority, 5::smallint) as priority,
      coalesce(request.timeout_seconds, lane.timeout_seconds) as timeout_seconds,
      coalesce(request.queue_timeout_seconds, lane.queue_timeout_seconds) as queue_timeout_seconds,
      coalesce(request.row_limit, lane.row_limit, lane.max_row_limit) as row_limit,
      coalesce(request.byte_limit, lane.byte_limit, lane.max_byte_limit) as byte_limit,
      coalesce(request.ttl_seconds, lane.ttl_seconds) as ttl_seconds,
      coalesce(request.max_attempts, 1) as max_attempts,
      case when request.run_at > now() then request.run_at end as run_at,
      request.idempotency_key,
      coalesce(request.request_hash, '') as request_hash,
      known.query_id as known_id,
      known.request_hash as known_hash,
      lane.name is null as no_lane,
      source.name is null as no_source,
      tenant.name is null as no_tenant,
      lane.max_queued,
      lane.max_timeout_seconds, lane.max_row_limit, lane.max_byte_limit, lane.max_ttl_seconds,
      row_number() over (
        partition by coalesce(request.tenant, 'default'), request.idempotency_key order by request.ordinal
      ) as key_use,
      row_number() over (partition by request.lane order by request.ordinal) as lane_use
    from request
    left join sluice.lanes lane on lane.name = coalesce(request.lane, 'default')
    left join sluice.sources source on source.name = coalesce(request.source, 'default')
    left join sluice.tenants tenant on tenant.name = coalesce(request.tenant, 'default')
    left join sluice.idempotency_keys known
      on known.tenant = coalesce(request.tenant, 'default') and known.key = request.idempotency_key
  ),
  depth as materialized (
    select lanes.name as lane, (
      select count(*) from (
        select from sluice.queue where queue.lane = lanes.name limit lanes.max_queued
      ) waiting
    ) as waiting
    from sluice.lanes
    where lanes.name in (select resolved.lane from resolved)
  ),
  judged as materialized (
    select resolved.*, problem.*
    from resolved
    left join depth on depth.lane = resolved.lane
    cross join lateral (
      select
        case
          when known_id is not null and known_hash <> request_hash then 'idempotency_key_reused'
          when known_id is not null then null
          when key_use > 1 and idempotency_key is not null then 'idempotency_key_in_use'
          when no_tenant then 'unknown_tenant'
          when no_source then 'unknown_source'
          when no_lane then 'unknown_lane'
          when sql is null or btrim(sql) = '' or octet_length(sql) > 1048576 then 'invalid_request'
          when timeout_seconds > max_timeout_seconds or row_limit > max_row_limit
            or byte_limit > max_byte_limit or ttl_seconds > max_ttl_seconds then 'limit_above_lane_maximum'
          when depth.waiting + lane_use > max_queued then 'queue_full'
        end as code,
        case
          when known_id is not null then null
          when no_tenant then format('There is no tenant %I.', resolved.tenant)
          when no_source then format('There is no source %I.', resolved.source)
          when no_lane then format('There is no lane %I.', resolved.lane)
          when sql is null or btrim(sql) = '' or octet_length(sql) > 1048576
            then 'sql must be one statement of 1 to 1048576 bytes.'
          when timeout_seconds > max_timeout_seconds then
            format('timeout_seconds is %s; lane %I allows at most %s.', timeout_seconds, resolved.lane, max_timeout_seconds)
          when row_limit > max_row_limit then
            format('row_limit is %s; lane %I allows at most %s.', row_limit, resolved.lane, max_row_limit)
          when byte_limit > max_byte_limit then
            format('byte_limit is %s; lane %I allows at most %s.', byte_limit, resolved.lane, max_byte_limit)
          when ttl_seconds > max_ttl_seconds then
            format('ttl_seconds is %s; lane %I allows at most %s.', ttl_seconds, resolved.lane, max_ttl_seconds)
          when depth.waiting + lane_use > max_queued then
            format('%s queries wait in lane %I, as many as it takes.', depth.waiting, resolved.lane)
        end as detail
    ) problem
  ),
  accepted as (
    insert into sluice.queries (
      id, queue_order, tenant, source, lane, sql, params, labels, priority, timeout_seconds, queue_timeout_at,
      row_limit, byte_limit, ttl_seconds, max_attempts, run_at)
    select
      id, nextval('sluice.queue_order'), tenant, source, lane, sql, params, labels, priority, timeout_seconds,
      coalesce(run_at, now()) + make_interval(secs => queue_timeout_seconds),
      row_limit, byte_limit, ttl_seconds, max_attempts, run_at
    from judged
    where code is null and known_id is null
    order by ordinal
    returning id, queue_order, tenant, source, lane, priority, run_at, queue_timeout_at
  ),
  queued as (
    insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority, run_at, queue_timeout_at, delayed)
    select id, queue_order, lane, tenant, source, priority, run_at, queue_timeout_at, run_at is not null from accepted
  ),
  recorded as (
    insert into sluice.query_events (query_id, attempt, state) select id, 0, 'queued' from accepted
  ),
  remembered as (
    insert into sluice.idempotency_keys (tenant, key, request_hash, query_id)
    select tenant, idempotency_key, request_hash, id
    from judged
    where code is null and known_id is null and idempotency_key is not null
  )
  select ordinal, coalesce(known_id, id), code, detail from judged order by ordinal;

  for touched in
    select distinct coalesce(r ->> 'lane', 'default') as lane, (r ->> 'run_at')::timestamptz as run_at
    from jsonb_array_elements(requests) r
    join sluice.lanes on lanes.name = coalesce(r ->> 'lane', 'default')
    order by 1, 2
  loop
    perform sluice.add_ticket(touched.lane, touched.run_at);
  end loop;
end
$$;
comment on function sluice.submit_many(jsonb) is
  'Accepts an array of requests (fields as in POST /v1/queries, with id, tenant, idempotency_key, request_hash besides) in one transaction. A row per request: its query, or the code and detail of what is wrong with it.';
