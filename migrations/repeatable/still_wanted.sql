create or replace function sluice.still_wanted(id uuid) returns void
language sql as $$
  update sluice.watched set abandon_at = clock_timestamp() + make_interval(secs => abandon_after_seconds)
  where query_id = still_wanted.id
$$;
comment on function sluice.still_wanted(uuid) is
  'Says that somebody asks about a query that was submitted with abandon_after_seconds, as every request for it does.';
