create or replace function sluice.resume_lane(name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update sluice.lanes set paused = false where lanes.name = resume_lane.name;
  if not found then
    raise exception 'There is no lane %.', quote_ident(resume_lane.name)
      using errcode = 'SLUIC', detail = 'code: unknown_lane';
  end if;
  perform sluice.note_action('lane.resume', resume_lane.name);
end
$$;
comment on function sluice.resume_lane(text) is 'Lets a paused lane start queries again.';
