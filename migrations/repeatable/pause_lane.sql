create or replace function sluice.pause_lane(name text) returns void
language plpgsql as $$
begin
  update sluice.lanes set paused = true where lanes.name = pause_lane.name;
  if not found then
    raise exception 'There is no lane %.', quote_ident(pause_lane.name) using errcode = 'SLUIC';
  end if;
end
$$;
comment on function sluice.pause_lane(text) is 'Starts nothing more of a lane until resume_lane(); running queries go on.';
