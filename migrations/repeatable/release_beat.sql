create or replace function sluice.release_beat(in_term bigint) returns void
language plpgsql as $$
begin
  update sluice.beat set worker_id = null, backend_pid = null, held_since = null
  where term = in_term and backend_pid = pg_backend_pid();
  if found then
    perform pg_advisory_unlock(hashtextextended('sluice.beat', 0));
  end if;
end
$$;
comment on function sluice.release_beat(bigint) is 'Gives the beat up, so that another worker takes it at once.';
