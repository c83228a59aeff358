-- Decides on a fire that waits, the schedule's row locked: its query is submitted, or it goes
-- on waiting, or the overlap policy leaves it out, or the submission is refused. None overtakes
-- an earlier one, so windows from one to the next are read once. Without a policy, which a
-- manual run has not, no other fire counts, nor does it count for others.
create or replace function sluice.submit_fire(of_schedule sluice.schedules, in_fire_at timestamptz, policy text)
returns text
language plpgsql as $$
declare
  most_waiting constant integer := 100;
  earlier uuid[] := '{}';
  ahead record;
  previous timestamptz;
  answer record;
  submitted uuid;
  decision text;
  why text;
  explanation text;
begin
  if policy <> 'allow' then
    perform sluice.settle_fires(of_schedule.name);
    earlier := array(
      select query_id from sluice.fires
      where fires.schedule = of_schedule.name and kind = 'scheduled' and outcome = 'submitted' and finished_at is null
      order by fire_at);
  end if;
  if policy = 'cancel' then
    perform sluice.cancel(id) from unnest(earlier) id;
    update sluice.fires
    set outcome = 'skipped', decided_at = clock_timestamp(), code = 'overlap',
        detail = format('The fire of %s took its place while it waited.', sluice.iso_time(in_fire_at))
    where fires.schedule = of_schedule.name and outcome = 'waiting' and fire_at < in_fire_at;
  elsif policy is not null then
    select fire_at, code into ahead from sluice.fires
    where fires.schedule = of_schedule.name and outcome = 'waiting' and fire_at < in_fire_at
    order by fire_at limit 1;
    if found or earlier <> '{}' then
      decision := case policy when 'skip' then 'skipped' else 'waiting' end;
      why := case when policy = 'skip' or earlier <> '{}' then 'overlap' else ahead.code end;
      explanation := case
        when earlier <> '{}' then format('Query %s of an earlier fire had not ended.', earlier[1])
        else format('The fire of %s waited still.', sluice.iso_time(ahead.fire_at)) end;
    end if;
  end if;

  if decision is null then
    -- So that windows from one submitted fire to the next leave nothing out.
    select max(fire_at) into previous from sluice.fires
    where fires.schedule = of_schedule.name and kind = 'scheduled' and outcome = 'submitted'
      and fire_at < in_fire_at;
    previous := coalesce(previous, date_trunc('milliseconds', of_schedule.created_at));
    begin
      select * into strict answer from sluice.submit_many(jsonb_build_array(jsonb_build_object(
        'tenant', of_schedule.tenant, 'source', of_schedule.source, 'lane', of_schedule.lane, 'sql', of_schedule.sql,
        'params', sluice.fire_params(of_schedule.params, of_schedule.name, in_fire_at, previous, of_schedule.time_zone),
        'labels', of_schedule.labels || jsonb_build_object('schedule', of_schedule.name),
        'priority', of_schedule.priority, 'timeout_seconds', of_schedule.timeout_seconds,
        'queue_timeout_seconds', of_schedule.queue_timeout_seconds, 'row_limit', of_schedule.row_limit,
        'byte_limit', of_schedule.byte_limit, 'ttl_seconds', of_schedule.ttl_seconds,
        'max_attempts', of_schedule.max_attempts,
        -- One that is gone keeps nothing from running.
        'webhooks', (
          select jsonb_agg(name) from sluice.webhooks
          where name = any (of_schedule.webhooks) and webhooks.tenant = of_schedule.tenant))));
      decision := case answer.code when 'queue_full' then 'waiting' else 'refused' end;
      why := answer.code;
      explanation := answer.detail;
      if answer.code is null then
        decision := 'submitted';
        submitted := answer.query_id;
      end if;
    exception when others then
      -- Locks, resources, a server that stops: the whole fire is tried again.
      if left(sqlstate, 2) in ('40', '53', '55', '57', '58') then
        raise;
      end if;
      decision := 'refused';
      why := 'internal_error';
      explanation := sqlerrm;
    end;
  end if;

  if decision = 'waiting' and most_waiting < (
    select count(*) from (
      select from sluice.fires
      where fires.schedule = of_schedule.name and outcome = 'waiting' limit most_waiting + 1
    ) counted)
  then
    decision := 'skipped';
    explanation := format('%s %s earlier fires wait already, as many as may.', explanation, most_waiting);
  end if;

  update sluice.fires
  set outcome = decision, decided_at = clock_timestamp(), code = why, detail = explanation,
      previous_fire_at = previous, query_id = submitted
  where fires.schedule = of_schedule.name and fire_at = in_fire_at;
  return decision;
end
$$;
comment on function sluice.submit_fire(sluice.schedules, timestamptz, text) is
  'Decides on a waiting fire of a schedule whose row the caller has locked, by an overlap policy (null: whatever else runs or waits); returns its outcome. Part of fire_schedule(), release_fires() and run_schedule().';
