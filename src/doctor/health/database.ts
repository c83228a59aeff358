import { sqlCheck, type Check } from '../check.ts'

/** The control database itself. */
export const database: Check[] = [
  sqlCheck(
    {
      name: 'database_takes_writes',
      invariant: null,
      level: 'error',
      holds: 'The control database takes writes.',
      advice: 'Let DATABASE_URL name the primary, and check default_transaction_read_only.',
    },
    `
    select current_database() as subject,
      case when pg_is_in_recovery() then 'is a standby' else 'is read-only by default' end as detail
    where pg_is_in_recovery() or (
      select coalesce(bool_or(setting = 'on'), false)
      from pg_settings where name = 'default_transaction_read_only' and source <> 'session')`,
  ),
  sqlCheck(
    {
      name: 'database_keeps_commits',
      invariant: 1,
      level: 'warning',
      holds: 'PostgreSQL keeps what it has committed through a crash, and vacuums by itself.',
      advice:
        'Switch it on again, unless the queries of this system may be lost: alter system set … = on; then reload.',
    },
    `
    select name as subject, 'is ' || setting as detail from pg_settings
    where name in ('fsync', 'full_page_writes', 'autovacuum', 'track_counts') and setting = 'off'`,
  ),
  sqlCheck(
    {
      name: 'connections_are_left',
      invariant: null,
      level: 'warning',
      holds: 'A tenth of the connections that PostgreSQL takes is free.',
      advice:
        'Raise max_connections, or lower SLUICE_CONTROL_CONNECTIONS and SLUICE_CONCURRENCY; docs/operations.md says who needs how many.',
    },
    `
    select 'connections' as subject, format('%s of %s are used', used, most) as detail
    from (
      select (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
        current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as most
    ) connections
    where used > 0.9 * most`,
  ),
  sqlCheck(
    {
      name: 'old_row_versions_go',
      invariant: null,
      level: 'warning',
      holds: 'No session, replication slot or prepared transaction keeps row versions of more than ten minutes ago.',
      advice: 'Claims get slower the longer it stays. End the session, or drop what is no longer used.',
    },
    `
    select pid::text as subject, format('session of %s (%s) keeps a snapshot since %s', coalesce(usename, 'the server'),
      coalesce(nullif(application_name, ''), backend_type), coalesce(xact_start, backend_start)) as detail
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null
      and xact_start < now() - interval '10 minutes'
    union all
    select slot_name::text, format('replication slot keeps row versions back to transaction %s', coalesce(xmin, catalog_xmin))
    from pg_replication_slots where not active and coalesce(xmin, catalog_xmin) is not null
    union all
    select gid, format('prepared transaction since %s', prepared)
    from pg_prepared_xacts where database = current_database() and prepared < now() - interval '10 minutes'`,
  ),
  sqlCheck(
    {
      name: 'tables_are_vacuumed',
      invariant: null,
      level: 'warning',
      holds: 'The tables that every query changes hold few dead rows.',
      advice: 'See old_row_versions_go for what holds them back; then, from psql: vacuum analyze <table>;',
    },
    `
    select relid::regclass::text as subject,
      format('%s dead rows, %s live ones, last vacuumed at %s', n_dead_tup, n_live_tup,
        coalesce(greatest(last_vacuum, last_autovacuum)::text, 'no time')) as detail
    from pg_stat_user_tables
    where relid in ('sluice.queue'::regclass, 'sluice.leases'::regclass, 'sluice.queries'::regclass,
        'sluice.workers'::regclass, 'sluice.results'::regclass, 'graphile_worker._private_jobs'::regclass)
      and n_dead_tup > 50000 + 0.5 * n_live_tup`,
  ),
]
