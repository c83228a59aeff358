-- Whatever changes a lane, workers look at it at once: it may have room now.
create or replace function sluice.lanes_changed() returns trigger
language plpgsql as $$
begin
  perform sluice.add_ticket(new.name);
  perform pg_notify('sluice_lanes', new.name);
  return null;
end
$$;
comment on function sluice.lanes_changed() is 'Trigger of sluice.lanes: sends workers to look at a lane that is new or changed.';
create or replace trigger lanes_changed after insert or update on sluice.lanes
  for each row execute function sluice.lanes_changed();
