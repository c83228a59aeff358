create or replace function sluice.pause_schedule(name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update sluice.schedules set paused = true where schedules.name = pause_schedule.name;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(pause_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
  perform sluice.note_action('schedule.pause', pause_schedule.name);
end
$$;
comment on function sluice.pause_schedule(text) is
  'Stops a schedule from firing until resume_schedule(); what falls into that time is not made up for.';
