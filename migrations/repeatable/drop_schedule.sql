create or replace function sluice.drop_schedule(name text) returns void
language plpgsql as $$
begin
  delete from sluice.schedules where schedules.name = drop_schedule.name;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(drop_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
end
$$;
comment on function sluice.drop_schedule(text) is
  'Removes a schedule and its history; queries that it submitted stay, and go on if they run.';
