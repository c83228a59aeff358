-- Refuses what a submission would be refused for; of a change only what it changes, so that a
-- schedule whose lane, source or webhook was removed later can still be paused and mended.
create or replace function sluice.check_schedule(before sluice.schedules, after sluice.schedules) returns void
language plpgsql stable as $$
declare
  known constant text[] := '{fire_at,previous_fire_at,fire_date,schedule}';
  lane sluice.lanes;
  moved constant boolean := after.lane is distinct from before.lane;
  wrong text;
begin
  select * into lane from sluice.lanes where name = after.lane;
  if moved and lane.name is null then
    raise exception 'There is no lane %.', after.lane using errcode = 'SLUIC', detail = 'code: unknown_lane';
  end if;
  if after.source is distinct from before.source
    and not exists (select from sluice.sources where name = after.source)
  then
    raise exception 'There is no source %.', after.source using errcode = 'SLUIC', detail = 'code: unknown_source';
  end if;
  if after.webhooks is distinct from before.webhooks then
    select string_agg(named, ', ') into wrong from unnest(after.webhooks) named
    where not exists (select from sluice.webhooks where name = named and tenant = after.tenant);
    if wrong is not null then
      raise exception 'There is no webhook %.', wrong using errcode = 'SLUIC', detail = 'code: unknown_webhook';
    end if;
  end if;

  select format('%s is %s; lane %s allows at most %s.', field, wanted, after.lane, most) into wrong
  from (values
    ('timeout_seconds', before.timeout_seconds::bigint, after.timeout_seconds::bigint, lane.max_timeout_seconds::bigint),
    ('row_limit', before.row_limit, after.row_limit, lane.max_row_limit),
    ('byte_limit', before.byte_limit, after.byte_limit, lane.max_byte_limit),
    ('ttl_seconds', before.ttl_seconds, after.ttl_seconds, lane.max_ttl_seconds),
    ('max_attempts', before.max_attempts, after.max_attempts, lane.max_attempts)
  ) limits (field, was, wanted, most)
  where wanted > most and (moved or wanted is distinct from was)
  limit 1;
  if wrong is not null then
    raise exception '%', wrong using errcode = 'SLUIC', detail = 'code: limit_above_lane_maximum';
  end if;

  if after.max_attempts > 1
    and (after.max_attempts, after.source) is distinct from (before.max_attempts, before.source)
    and exists (select from sluice.sources where name = after.source and writes)
  then
    wrong := format('max_attempts is %s, but statements of source %s may write, and such are never run twice.',
      after.max_attempts, after.source);
  elsif after.anchor_at is distinct from before.anchor_at
    and not (after.anchor_at >= '1970-01-01 00:00Z' and after.anchor_at < '2200-01-01 00:00Z')
  then
    wrong := 'anchor_at takes a time in the years 1970 to 2199.';
  elsif after.sql is distinct from before.sql
    and after.sql ~ ('\{\{\s*(' || array_to_string(known, '|') || ')\s*\}\}')
  then
    wrong := 'sql must not hold {{…}}: write $1 in it, and "{{fire_at}}" in params.';
  elsif after.params is distinct from before.params and exists (
    select from jsonb_array_elements(after.params) param
    cross join jsonb_path_query(param, 'strict $.**') member
    where jsonb_typeof(member) = 'string' and member #>> '{}' ~ '\{\{\s*\w+\s*\}\}'
      and not coalesce(
        member #>> '{}' = any (select format('{{%s}}', each) from unnest(known) each)
          and (param = member or param ? 'type' and param -> 'value' = member),
        false))
  then
    wrong := format('A parameter with {{…}} must be one of %s and nothing else, or the value of {"type": …, "value": …}.',
      (select string_agg(format('"{{%s}}"', each), ', ') from unnest(known) each));
  end if;
  if wrong is not null then
    raise exception '%', wrong using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
end
$$;
comment on function sluice.check_schedule(sluice.schedules, sluice.schedules) is
  'Refuses a schedule, or a change of one (before; null: it is new), for what its submissions would be refused for: lane, source, webhooks, limits, values of the fire in the wrong place. Part of set_schedule() and of the API.';
