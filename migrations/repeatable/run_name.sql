create or replace function sluice.run_name(id uuid, attempt integer, token bigint) returns text
language sql stable parallel safe as $$
  select left(format('sluice:%s:%s:%s', id, attempt, token), 63)
$$;
comment on function sluice.run_name(uuid, integer, bigint) is
  'application_name of a run''s session at its source. It belongs to this run alone: no two claims have the same token.';
