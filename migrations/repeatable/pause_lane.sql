create or replace function sluice.pause_lane(name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update sluice.lanes set paused = true where lanes.name = pause_lane.name;
  if not found then
    raise exception 'There is no lane %.', quote_ident(pause_lane.name)
      using errcode = 'SLUIC', detail = 'code: unknown_lane';
  end if;
  perform sluice.note_action('lane.pause', pause_lane.name);
end
$$;
comment on function sluice.pause_lane(text) is 'Starts nothing more of a lane until resume_lane(); running queries go on.';
