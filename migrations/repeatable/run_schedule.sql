create or replace function sluice.run_schedule(name text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  schedule sluice.schedules;
  -- Nominal times are whole milliseconds: it takes the key of none.
  at timestamptz := date_trunc('milliseconds', clock_timestamp()) + interval '1 microsecond';
  fire sluice.fires;
begin
  select * into schedule from sluice.schedules where schedules.name = run_schedule.name for update;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(run_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
  loop
    insert into sluice.fires (schedule, fire_at, kind, outcome) values (schedule.name, at, 'manual', 'waiting')
    on conflict do nothing;
    exit when found;
    at := at + interval '1 millisecond';
  end loop;
  -- Who asks for it now gets it now, whatever else runs.
  perform sluice.submit_fire(schedule, at, null);
  select * into fire from sluice.fires where fires.schedule = run_schedule.name and fire_at = at;
  if fire.query_id is null then
    raise exception '%', fire.detail using errcode = 'SLUIC', detail = format('code: %s', fire.code);
  end if;
  perform sluice.note_action('schedule.run', run_schedule.name);
  return fire.query_id;
end
$$;
comment on function sluice.run_schedule(text) is
  'Submits the query of a schedule now, paused or not and whatever its overlap policy, and returns its id. Its next times stay as they are.';
