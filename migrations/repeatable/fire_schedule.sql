-- The guard on version and settled_until lets one beat through and stops what was read before
-- a change; the key of sluice.fires would stop a second fire even without it.
create or replace function sluice.fire_schedule(
  in_name text, in_version integer, in_settled_until timestamptz, due jsonb, settles_until timestamptz,
  upcoming timestamptz[])
returns boolean
language plpgsql as $$
declare
  schedule sluice.schedules;
  fire record;
begin
  select * into schedule from sluice.schedules
  where name = in_name and version = in_version and settled_until = in_settled_until and not paused
  for update;
  if not found then
    return false;
  end if;

  for fire in
    select * from jsonb_to_recordset(due) as (fire_at timestamptz, missed integer, late boolean) order by fire_at
  loop
    insert into sluice.fires (schedule, fire_at, missed, outcome)
    values (in_name, fire.fire_at, fire.missed, case when fire.late then 'missed' else 'waiting' end)
    on conflict do nothing;
    if found and not fire.late then
      perform sluice.submit_fire(schedule, fire.fire_at, schedule.overlap_policy);
    end if;
  end loop;

  update sluice.schedules set settled_until = settles_until, next_fires = upcoming where name = in_name;
  return true;
end
$$;
comment on function sluice.fire_schedule(text, integer, timestamptz, jsonb, timestamptz, timestamptz[]) is
  'Fires a schedule for the nominal times in `due` ([{fire_at, missed, late}]) and notes what comes next, all in one transaction. False: the schedule has changed since it was read, or another beat was first.';
