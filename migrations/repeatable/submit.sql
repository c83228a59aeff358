-- With forms of fewer arguments beside it a call would be ambiguous. Dropped here, in the transaction
-- that makes the new one, there is never none.
drop function if exists sluice.submit(
  text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, timestamptz, text, text, integer, integer);
drop function if exists sluice.submit(
  text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, timestamptz, text, text, integer, integer,
  text, text);
create or replace function sluice.submit(
  sql text,
  source text default 'default',
  lane text default 'default',
  params jsonb default '[]',
  labels jsonb default '{}',
  priority integer default 5,
  timeout_seconds integer default null,
  queue_timeout_seconds integer default null,
  row_limit bigint default null,
  byte_limit bigint default null,
  ttl_seconds integer default null,
  run_at timestamptz default null,
  idempotency_key text default null,
  tenant text default 'default',
  max_attempts integer default null,
  abandon_after_seconds integer default null,
  traceparent text default null,
  tracestate text default null,
  explain boolean default null
) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  problem text;
  request jsonb;
  answer record;
begin
  problem := case
    when jsonb_typeof(submit.params) <> 'array' then 'params must be a JSON array, of the values for $1…'
    when jsonb_array_length(submit.params) > 65535 then 'params must hold at most 65535 values.'
    when jsonb_typeof(submit.labels) <> 'object' then 'labels must be a JSON object, such as {"team": "shop"}.'
    when (select count(*) from jsonb_object_keys(submit.labels)) > 64 then 'labels must hold at most 64 labels.'
    when exists (
      select from jsonb_each(submit.labels) label
      where jsonb_typeof(value) <> 'string' or length(value #>> '{}') > 1000 or key !~ '^[^:]{1,255}$')
    then 'labels must have keys of 1 to 255 characters without a colon, and strings of at most 1000 as values.'
    when submit.priority not between 1 and 9 then 'priority must be 1 (first) to 9 (last).'
    when length(submit.idempotency_key) not between 1 and 255 then 'idempotency_key must be 1 to 255 characters.'
    when not isfinite(submit.run_at) then 'run_at must be a time, not infinity.'
  end;
  if problem is not null then
    raise exception '%', problem using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
  request := jsonb_build_object(
    'sql', submit.sql, 'source', submit.source, 'lane', submit.lane, 'params', submit.params,
    'labels', submit.labels, 'priority', submit.priority, 'timeout_seconds', submit.timeout_seconds,
    'queue_timeout_seconds', submit.queue_timeout_seconds, 'row_limit', submit.row_limit,
    'byte_limit', submit.byte_limit, 'ttl_seconds', submit.ttl_seconds,
    'run_at', submit.run_at, 'tenant', submit.tenant);
  -- Only where it is given, so that keys of requests from before keep their meaning.
  if submit.max_attempts is not null then
    request := request || jsonb_build_object('max_attempts', submit.max_attempts);
  end if;
  if submit.abandon_after_seconds is not null then
    request := request || jsonb_build_object('abandon_after_seconds', submit.abandon_after_seconds);
  end if;
  if submit.explain then
    request := request || jsonb_build_object('explain', true);
  end if;
  request := request || jsonb_build_object(
    'idempotency_key', submit.idempotency_key,
    'request_hash', encode(sha256(convert_to(request::text, 'UTF8')), 'hex'));
  -- Not of the request's hash: who repeats a request does so in another span. One that is not valid is ignored, as
  -- W3C Trace Context says.
  if submit.traceparent ~ '^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$' then
    request := request || jsonb_build_object('traceparent', submit.traceparent, 'tracestate', submit.tracestate);
  end if;
  select * into strict answer from sluice.submit_many(jsonb_build_array(request));
  if answer.code is not null then
    raise exception '%', coalesce(answer.detail, answer.code) using
      errcode = 'SLUIC', detail = format('code: %s', answer.code);
  end if;
  perform sluice.note_action('query.submit', answer.query_id::text);
  return answer.query_id;
end
$$;
comment on function sluice.submit(
  text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, timestamptz, text, text, integer, integer, text, text,
  boolean
) is 'Submits one query and returns its id. select sluice.submit(''select 1'');';
