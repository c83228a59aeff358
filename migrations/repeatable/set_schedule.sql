-- What is null stays as it is, or takes its default. An interval takes the place of a cron
-- pattern and the other way round.
drop function if exists sluice.set_schedule(
  text, text, text, integer, text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, text,
  integer, integer, text, text, timestamptz);
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
  anchor_at timestamptz default null,
  webhooks text[] default null,
  max_attempts integer default null
) returns sluice.schedules
language plpgsql as $$
declare
  before sluice.schedules;
  schedule sluice.schedules;
  broken text;
begin
  if set_schedule.cron is not null and set_schedule.interval_seconds is not null then
    raise exception 'Give either cron or interval_seconds.' using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
  select * into before from sluice.schedules where schedules.name = set_schedule.name for update;

  insert into sluice.schedules as s (name, sql, cron, interval_seconds)
  select set_schedule.name, set_schedule.sql, set_schedule.cron, set_schedule.interval_seconds
  where before.name is null
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
    anchor_at = coalesce(set_schedule.anchor_at, s.anchor_at),
    webhooks = coalesce(set_schedule.webhooks, s.webhooks),
    max_attempts = coalesce(set_schedule.max_attempts, s.max_attempts)
  where s.name = set_schedule.name
  returning * into schedule;

  perform sluice.check_schedule(before, schedule);
  return schedule;
exception
  when check_violation then
    get stacked diagnostics broken = constraint_name;
    raise exception '%', case broken
      when 'schedules_name_check' then
        'name takes lower-case letters, digits, _ and -, at most 63 of them; the first is a letter or a digit.'
      when 'schedules_cron_check' then
        'cron takes five fields (minute, hour, day of month, month, day of week), six with seconds first, or @daily and the like.'
      when 'schedules_cron_or_interval' then 'Give either cron or interval_seconds.'
      when 'schedules_interval_seconds_check' then 'interval_seconds takes 1 to 315360000, ten years.'
      when 'schedules_interval_at_most' then 'interval_seconds takes 1 to 315360000, ten years.'
      when 'schedules_sql_check' then 'sql takes one statement of at most 1048576 bytes.'
      when 'schedules_params_check' then 'params takes an array, such as ["{{fire_at}}", 7].'
      when 'schedules_labels_check' then 'labels takes an object of texts, such as {"team": "finance"}.'
      when 'schedules_labels_are_texts' then 'labels takes an object of texts, such as {"team": "finance"}.'
      when 'schedules_webhooks_are_names' then 'webhooks takes names, and no null.'
      when 'schedules_priority_check' then 'priority takes 1 (first) to 9 (last).'
      when 'schedules_misfire_policy_check' then 'misfire_policy takes skip, one or all.'
      when 'schedules_misfire_grace_seconds_check' then 'misfire_grace_seconds takes 1 to 86400.'
      when 'schedules_catch_up_limit_check' then 'catch_up_limit takes 1 to 1000.'
      when 'schedules_overlap_policy_check' then 'overlap_policy takes skip, queue, cancel or allow.'
      when 'schedules_max_attempts_check' then 'max_attempts takes 1 to 100.'
      when 'schedules_anchor_at_check' then 'anchor_at takes a time in the years 1970 to 2199.'
      else format('%s must be at least 1.', regexp_replace(broken, '^schedules_(.*)_check$', '\1'))
    end using errcode = 'SLUIC', detail = 'code: invalid_request';
  when not_null_violation then
    raise exception 'A new schedule takes a name, sql, and cron or interval_seconds.'
      using errcode = 'SLUIC', detail = 'code: invalid_request';
  when numeric_value_out_of_range then
    raise exception 'priority takes 1 (first) to 9 (last).' using errcode = 'SLUIC', detail = 'code: invalid_request';
end
$$;
comment on function sluice.set_schedule(
  text, text, text, integer, text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, text,
  integer, integer, text, text, timestamptz, text[], integer
) is 'Adds a schedule, or changes what is given of it. select sluice.set_schedule(''nightly'', ''select 1'', cron => ''30 2 * * *'', time_zone => ''Europe/Berlin'');';
