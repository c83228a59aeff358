-- While PostgreSQL was away nobody could ask: the time begins anew with it.
create or replace function sluice.cancel_abandoned() returns integer
language plpgsql as $$
declare
  abandoned uuid;
  canceled integer := 0;
begin
  for abandoned in
    delete from sluice.watched
    where query_id = any (array(
      select query_id from sluice.watched
      where abandon_at <= now()
        and pg_postmaster_start_time() + make_interval(secs => abandon_after_seconds) <= now()
      order by abandon_at limit 1000 for update skip locked))
    returning query_id
  loop
    if exists (select from sluice.queries where id = abandoned and state in ('queued', 'running')) then
      perform sluice.cancel(abandoned, 'abandoned');
      canceled := canceled + 1;
    end if;
  end loop;
  return canceled;
end
$$;
comment on function sluice.cancel_abandoned() is
  'Cancels queries that nobody has asked about for their abandon_after_seconds; returns how many.';
