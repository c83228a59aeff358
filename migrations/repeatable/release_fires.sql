create or replace function sluice.release_fires(in_name text) returns integer
language plpgsql as $$
declare
  -- A beat says between two calls that it lives.
  most constant integer := 25;
  schedule sluice.schedules;
  waiting timestamptz;
  released integer := 0;
begin
  select * into schedule from sluice.schedules where name = in_name and not paused for update;
  if not found then
    return 0;
  end if;
  for waiting in
    select fire_at from sluice.fires where fires.schedule = in_name and outcome = 'waiting' order by fire_at limit most
  loop
    -- Oldest first: where one must wait, so must those behind it.
    if sluice.submit_fire(
      schedule, waiting, case schedule.overlap_policy when 'allow' then 'allow' else 'queue' end) = 'waiting'
    then
      exit;
    end if;
    released := released + 1;
  end loop;
  return released;
end
$$;
comment on function sluice.release_fires(text) is
  'Submits the fires of a schedule that wait, as far as they need wait no longer, up to 25; returns how many left the queue.';
