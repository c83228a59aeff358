-- Decides on a fire that waits, the schedule's row locked: its query is submitted, or it goes
-- on waiting, or the overlap policy leaves it out, or the submission is refused.
create or replace function sluice.submit_fire(schedule sluice.schedules, in_fire_at timestamptz, overlap_policy text)
returns text
language plpgsql as $$
declare
  most_waiting constant integer := 100;
  earlier uuid[];
  previous timestamptz;
  answer record;
  submitted uuid;
  decision text;
  why text;
  detail text;
begin
  if overlap_policy <> 'allow' then
    perform sluice.settle_fires(schedule.name);
    earlier := array(
      select query_id from sluice.fires
      where fires.schedule = submit_fire.schedule.name and outcome = 'submitted' and finished_at is null
      order by fire_at);
    if overlap_policy = 'cancel' then
      perform sluice.cancel(id) from unnest(earlier) id;
    elsif earlier <> '{}' then
      decision := case overlap_policy when 'skip' then 'skipped' else 'waiting' end;
      why := 'overlap';
      detail := format('Query %s of an earlier fire had not ended.', earlier[1]);
    end if;
  end if;

  if decision is null then
    -- So that windows from one submitted fire to the next leave nothing out.
    select max(fire_at) into previous from sluice.fires
    where fires.schedule = submit_fire.schedule.name and kind = 'scheduled' and outcome = 'submitted'
      and fire_at < in_fire_at;
    previous := coalesce(previous, date_trunc('milliseconds', schedule.created_at));
    begin
      select * into strict answer from sluice.submit_many(jsonb_build_array(jsonb_build_object(
        'tenant', schedule.tenant, 'source', schedule.source, 'lane', schedule.lane, 'sql', schedule.sql,
        'params', sluice.fire_params(schedule.params, schedule.name, in_fire_at, previous, schedule.time_zone),
        'labels', jsonb_build_object('schedule', schedule.name) || schedule.labels,
        'priority', schedule.priority, 'timeout_seconds', schedule.timeout_seconds,
        'queue_timeout_seconds', schedule.queue_timeout_seconds, 'row_limit', schedule.row_limit,
        'byte_limit', schedule.byte_limit, 'ttl_seconds', schedule.ttl_seconds)));
      decision := case answer.code when 'queue_full' then 'waiting' else 'refused' end;
      why := answer.code;
      detail := answer.detail;
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
      detail := sqlerrm;
    end;
  end if;

  if decision = 'waiting' and most_waiting < (
    select count(*) from (
      select from sluice.fires
      where fires.schedule = submit_fire.schedule.name and outcome = 'waiting' limit most_waiting + 1
    ) counted)
  then
    decision := 'skipped';
    detail := format('%s %s earlier fires wait already, as many as may.', detail, most_waiting);
  end if;

  update sluice.fires
  set outcome = decision, decided_at = clock_timestamp(), code = why, detail = submit_fire.detail,
      previous_fire_at = previous, query_id = submitted
  where fires.schedule = submit_fire.schedule.name and fire_at = in_fire_at;
  return decision;
end
$$;
comment on function sluice.submit_fire(sluice.schedules, timestamptz, text) is
  'Decides on a waiting fire of a schedule whose row the caller has locked; returns its outcome. Part of fire_schedule(), release_fires() and run_schedule().';
