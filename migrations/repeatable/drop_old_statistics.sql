create or replace function sluice.drop_old_statistics(keep interval default '30 days') returns bigint
language plpgsql as $$
declare
  dropped bigint := 0;
  deleted bigint;
begin
  -- Held by whoever counts, too: a text must not go between being found and being used.
  perform pg_advisory_xact_lock(hashtextextended('sluice.statistics', 0));
  delete from sluice.statistics_minutes where minute < now() - keep;
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  delete from sluice.statistics_gauges where minute < now() - keep;
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  delete from sluice.statistics_storage where minute < now() - keep;
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  delete from sluice.statistics_statements where hour < now() - keep;
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  delete from sluice.statements
  where last_seen_on < (now() - keep)::date
    and not exists (select from sluice.history where history.statement_id = statements.id);
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  delete from sluice.fingerprints
  where last_seen_on < (now() - keep)::date
    and not exists (select from sluice.statements where statements.fingerprint = fingerprints.fingerprint)
    and not exists (select from sluice.statistics_statements used where used.fingerprint = fingerprints.fingerprint);
  get diagnostics deleted = row_count;
  return dropped + deleted;
end
$$;
comment on function sluice.drop_old_statistics(interval) is
  'Drops statistics that are older, with texts and shapes that no query in the history has any more; returns how many rows. What was used each day is kept.';
