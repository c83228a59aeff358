create or replace function sluice.resume_schedule(name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update sluice.schedules set paused = false where schedules.name = resume_schedule.name;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(resume_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
  perform sluice.note_action('schedule.resume', resume_schedule.name);
end
$$;
comment on function sluice.resume_schedule(text) is 'Lets a paused schedule fire again, from its next time on.';
