-- What is null stays as it is, or takes its default. An interval takes the place of a cron
-- pattern and the other way round.
create or replace function sluice.set_schedule(
  name text,
  sql text default null,
  cron text default null,
  interval_seconds integer default null,
  time_zone text default null,
  source text default null,
  lane text default null,
  params jsonb default null,
  labels jsonb default null,
  priority integer default null,
  timeout_seconds integer default null,
  queue_timeout_seconds integer default null,
  row_limit bigint default null,
  byte_limit bigint default null,
  ttl_seconds integer default null,
  misfire_policy text default null,
  misfire_grace_seconds integer default null,
  catch_up_limit integer default null,
  overlap_policy text default null,
  description text default null,
  anchor_at timestamptz default null
) returns sluice.schedules
language plpgsql as $$
declare
  schedule sluice.schedules;
begin
  insert into sluice.schedules as s (name, sql, cron, interval_seconds)
  select set_schedule.name, set_schedule.sql, set_schedule.cron, set_schedule.interval_seconds
  where not exists (select from sluice.schedules where schedules.name = set_schedule.name)
  on conflict do nothing;

  update sluice.schedules as s set
    sql = coalesce(set_schedule.sql, s.sql),
    cron = case when set_schedule.interval_seconds is null then coalesce(set_schedule.cron, s.cron) end,
    interval_seconds = case when set_schedule.cron is null then coalesce(set_schedule.interval_seconds, s.interval_seconds) end,
    time_zone = coalesce(set_schedule.time_zone, s.time_zone),
    source = coalesce(set_schedule.source, s.source),
    lane = coalesce(set_schedule.lane, s.lane),
    params = coalesce(set_schedule.params, s.params),
    labels = coalesce(set_schedule.labels, s.labels),
    priority = coalesce(set_schedule.priority, s.priority),
    timeout_seconds = coalesce(set_schedule.timeout_seconds, s.timeout_seconds),
    queue_timeout_seconds = coalesce(set_schedule.queue_timeout_seconds, s.queue_timeout_seconds),
    row_limit = coalesce(set_schedule.row_limit, s.row_limit),
    byte_limit = coalesce(set_schedule.byte_limit, s.byte_limit),
    ttl_seconds = coalesce(set_schedule.ttl_seconds, s.ttl_seconds),
    misfire_policy = coalesce(set_schedule.misfire_policy, s.misfire_policy),
    misfire_grace_seconds = coalesce(set_schedule.misfire_grace_seconds, s.misfire_grace_seconds),
    catch_up_limit = coalesce(set_schedule.catch_up_limit, s.catch_up_limit),
    overlap_policy = coalesce(set_schedule.overlap_policy, s.overlap_policy),
    description = coalesce(set_schedule.description, s.description),
    anchor_at = coalesce(set_schedule.anchor_at, s.anchor_at)
  where s.name = set_schedule.name
  returning * into schedule;
  return schedule;
end
$$;
comment on function sluice.set_schedule(
  text, text, text, integer, text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, text,
  integer, integer, text, text, timestamptz
) is 'Adds a schedule, or changes what is given of it. select sluice.set_schedule(''nightly'', ''select 1'', cron => ''30 2 * * *'', time_zone => ''Europe/Berlin'');';
