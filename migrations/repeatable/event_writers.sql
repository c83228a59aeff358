create or replace function sluice.event_writers() returns text[]
language sql as $$
  -- A transaction takes this lock before the number of its first event, and keeps it to its end.
  select coalesce(array_agg(distinct virtualtransaction), '{}')
  from pg_locks
  where locktype = 'relation' and mode = 'RowExclusiveLock' and granted and pid <> pg_backend_pid()
    and relation = 'sluice.query_events'::regclass
    and database = (select oid from pg_database where datname = current_database())
$$;
comment on function sluice.event_writers() is 'Transactions of others that have written events, or are about to, and have not ended.';
