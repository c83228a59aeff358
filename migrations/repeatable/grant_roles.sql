-- Called at the end of every migration, because the files before it may have made or replaced
-- something. Tables that are not named here, such as those of secrets and of results, stay closed.
create or replace function sluice.grant_roles() returns boolean
language plpgsql as $$
declare
  tables constant text[] := array[
    'alert_rules', 'alerts', 'audit', 'beat', 'corrupt_chunks', 'cost_rates', 'deliveries', 'fingerprints', 'fire_totals',
    'fires', 'history', 'lanes', 'leases', 'migrations', 'orphans', 'queries', 'query_events', 'queue', 'schedules',
    'sources', 'statements', 'statistics_gauges', 'statistics_minutes', 'statistics_outcomes', 'statistics_state',
    'statistics_statements', 'statistics_storage', 'statistics_totals', 'statistics_usage', 'tenants', 'webhooks',
    'workers'];
  -- Values of users, addresses that are secrets themselves.
  hidden constant text[] := array[
    'queries.params', 'schedules.params', 'webhooks.url'];
  operator_functions constant text[] := array[
    'submit', 'cancel', 'retry', 'pause_lane', 'resume_lane', 'drain_worker', 'run_schedule', 'pause_schedule',
    'resume_schedule'];
  called regprocedure;
  named text;
begin
  -- They run with the rights of their owner, so nobody may call them unasked.
  for called in
    select oid from pg_proc where pronamespace = 'sluice'::regnamespace and prosecdef
  loop
    execute format('revoke execute on function %s from public', called);
  end loop;
  if to_regrole('sluice_reader') is null or to_regrole('sluice_operator') is null then
    return false;
  end if;

  if has_database_privilege(current_database(), 'connect with grant option') then
    execute format('grant connect on database %I to sluice_reader, sluice_operator', current_database());
  end if;
  grant usage on schema sluice to sluice_reader, sluice_operator;
  for named in
    select relname from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'v'
  loop
    execute format('grant select on sluice.%I to sluice_reader, sluice_operator', named);
  end loop;
  foreach named in array tables loop
    execute (
      select format('grant select (%s) on sluice.%I to sluice_reader, sluice_operator',
        string_agg(quote_ident(attname), ', '), named)
      from pg_attribute
      where attrelid = format('sluice.%I', named)::regclass and attnum > 0 and not attisdropped
        and named || '.' || attname <> all (hidden));
  end loop;
  for called in
    select oid from pg_proc where pronamespace = 'sluice'::regnamespace and proname = any (operator_functions)
  loop
    execute format('grant execute on function %s to sluice_operator', called);
  end loop;
  return true;
end
$$;
comment on function sluice.grant_roles() is
  'Gives sluice_reader and sluice_operator their rights, whatever has been added since; returns whether there are these roles. Part of every migration.';
