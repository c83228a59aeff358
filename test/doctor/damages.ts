/** What can be wrong with a control database, by the check that must find it. */
import type pg from 'pg'

export interface Damage {
  /** What is wrong, as the end of a sentence. */
  what: string
  /** Does it. `$query` is replaced by the id of the query in the state that is asked for. */
  sql: string
  /** Undoes what removing every query and worker does not. */
  mend?: string
  /** What the finding must say. */
  says: RegExp
}

/**
 * A view of the catalog as another server would show it, for what a test cannot bring about on
 * a server that it shares; sessions see it after `search_path`.
 */
function pretended(view: string, definition: string): Pick<Damage, 'sql' | 'mend'> {
  return {
    sql: `
      create schema pretended;
      create view pretended.${view} as ${definition};
      do $$ begin execute format('alter database %I set search_path = pretended, pg_catalog', current_database()); end $$`,
    mend: `
      do $$ begin execute format('alter database %I reset search_path', current_database()); end $$;
      drop schema pretended cascade`,
  }
}

const databaseSetting = (setting: string, value: string): Pick<Damage, 'sql' | 'mend'> => ({
  sql: `do $$ begin execute format('alter database %I set ${setting} = ${value}', current_database()); end $$`,
  mend: `set default_transaction_read_only = off; do $$ begin execute format('alter database %I reset ${setting}', current_database()); end $$`,
})

const session = (columns: string): string => `
  select 4711 as pid, current_database() as datname, 'sluice worker' as application_name, 'client backend' as backend_type,
    now() - interval '1 hour' as backend_start, now() - interval '1 hour' as xact_start, 'sluice'::name as usename,
    now() - interval '1 hour' as state_change, ${columns}`

/** At least one for every check of a control database. */
export const damages: Record<string, Damage[]> = {
  database_takes_writes: [
    {
      what: 'is read-only',
      ...databaseSetting('default_transaction_read_only', 'on'),
      says: /is read-only by default/,
    },
  ],
  database_keeps_commits: [
    {
      what: 'does not count rows for autovacuum',
      ...databaseSetting('track_counts', 'off'),
      says: /track_counts is off/,
    },
  ],
  connections_are_left: [
    {
      what: 'has hardly a connection left',
      ...pretended(
        'pg_stat_activity',
        `${session(`'idle' as state, null::xid as backend_xmin`)} from generate_series(1, 10000)`,
      ),
      says: /10000 of \d+ are used/,
    },
  ],
  old_row_versions_go: [
    {
      what: 'has a session in a transaction of an hour',
      ...pretended('pg_stat_activity', session(`'active' as state, '99'::xid as backend_xmin`)),
      says: /^4711 session of sluice \(sluice worker\) keeps a snapshot/,
    },
  ],
  tables_are_vacuumed: [
    {
      what: 'is full of dead rows',
      ...pretended(
        'pg_stat_user_tables',
        `select 'sluice.queue'::regclass::oid as relid, 100000 as n_dead_tup, 10 as n_live_tup,
           null::timestamptz as last_vacuum, null::timestamptz as last_autovacuum`,
      ),
      says: /^sluice.queue 100000 dead rows, 10 live ones, last vacuumed at no time/,
    },
  ],
  migrations_are_applied: [
    {
      what: 'lacks a migration',
      sql: `delete from sluice.migrations where name = '0001_initial'`,
      mend: `insert into sluice.migrations values ('0001_initial', now()::text)`,
      says: /^0001_initial is not applied/,
    },
    {
      what: 'has another version of a function',
      sql: `update sluice.repeatable_migrations set checksum = 'other' || checksum where name = 'claim'`,
      mend: `update sluice.repeatable_migrations set checksum = substr(checksum, 6) where name = 'claim'`,
      says: /^repeatable\/claim is not applied, or is another version/,
    },
  ],
  workers_are_of_one_version: [
    {
      what: 'has a worker of another version',
      sql: `update sluice.workers set version = '0.0.1'`,
      says: /is version 0\.0\.1, not/,
    },
  ],
  a_worker_lives: [
    {
      what: 'has no worker',
      sql: 'delete from sluice.leases; delete from sluice.workers',
      says: /there has never been one/,
    },
    {
      what: 'has only workers that stopped',
      sql: 'update sluice.workers set stopped_at = now()',
      says: /the last was heard of at/,
    },
  ],
  dead_workers_are_reaped: [
    {
      what: 'has a silent worker',
      sql: `update sluice.workers set heartbeat_at = now() - interval '1 minute'`,
      says: /process 0 on nowhere was last heard of at/,
    },
  ],
  runs_have_workers: [
    {
      what: 'has a query that a stopped worker holds',
      sql: `update sluice.workers set stopped_at = now() - interval '1 minute'`,
      says: /^\$running is held by worker \S+, which ended at/,
    },
    {
      what: 'has a query whose worker is unknown',
      sql: 'delete from sluice.workers',
      says: /^\$running is held by worker/,
    },
  ],
  runs_keep_their_time: [
    {
      what: 'has a query that runs for too long',
      sql: `update sluice.queries set started_at = now() - interval '2 hours' where id = '$running'`,
      says: /^\$running runs since .* with a limit of 3600 s/,
    },
  ],
  cancels_take_effect: [
    {
      what: 'has a query whose cancel nobody heeds',
      sql: `select sluice.cancel('$running'); update sluice.queries set cancel_requested_at = now() - interval '2 minutes' where id = '$running'`,
      says: /^\$running is canceling since/,
    },
  ],
  lanes_are_served: [
    {
      what: 'has a lane that no worker serves',
      sql: `update sluice.workers set lanes = '{reports}'`,
      says: /^default 1 wait since .* no worker that lives serves the lane/,
    },
  ],
  waiting_queries_start: [
    {
      what: 'has a query that waits without need',
      sql: `update sluice.queries set submitted_at = now() - interval '2 minutes' where id = '$queued'`,
      says: /^default 1 wait, the first since .* though there is room/,
    },
  ],
  queues_move: [
    {
      what: 'has a query that has waited long',
      sql: `update sluice.queries set submitted_at = now() - interval '1 hour' where id = '$queued'`,
      says: /^default 1 wait, the first since .* behind 1 that run/,
    },
  ],
  lanes_go_on: [
    {
      what: 'has a paused lane in which queries wait',
      sql: `select sluice.pause_lane('default')`,
      mend: `select sluice.resume_lane('default')`,
      says: /^default is paused; 1 wait/,
    },
  ],
  the_beat_ticks: [
    {
      what: 'has workers, but no beat',
      sql: `update sluice.workers set started_at = now() - interval '1 minute'`,
      says: /^beat nobody has ever held it/,
    },
    {
      what: 'has a beat that is stuck',
      sql: `update sluice.workers set started_at = now() - interval '1 minute';
        update sluice.beat set worker_id = (select id from sluice.workers limit 1), heartbeat_at = now(),
          ticked_at = now() - interval '11 seconds'`,
      mend: 'update sluice.beat set worker_id = null, heartbeat_at = null, ticked_at = null',
      says: /^\S+ went through what is due at \S+ \S+ for the last time/,
    },
  ],
  schedules_can_fire: [
    {
      what: 'has a schedule that nobody can read',
      sql: `insert into sluice.schedules (name, cron, sql) values ('nightly', '61 * * * *', 'select 1');
        update sluice.schedules set problem = 'cron: minute is 0 to 59'`,
      mend: 'delete from sluice.schedules',
      says: /^nightly cron: minute is 0 to 59/,
    },
  ],
  fires_are_accepted: [
    {
      what: 'has a schedule whose fires are refused',
      sql: `insert into sluice.schedules (name, cron, sql) values ('nightly', '0 * * * *', 'select 1');
        insert into sluice.fires (schedule, fire_at, outcome, query_id) values ('nightly', now() - interval '1 hour', 'submitted', '$succeeded');
        insert into sluice.fires (schedule, fire_at, outcome, code, detail) values ('nightly', now(), 'refused', 'unknown_lane', 'There is no lane nope.')`,
      mend: 'delete from sluice.schedules',
      says: /^nightly its fire of .* was refused \(unknown_lane\): There is no lane nope\./,
    },
  ],
  fires_come_in_time: [
    {
      what: 'has a schedule that is overdue',
      sql: `insert into sluice.schedules (name, cron, sql) values ('nightly', '0 * * * *', 'select 1');
        update sluice.schedules set next_fires = array[now() - interval '2 minutes']`,
      mend: 'delete from sluice.schedules',
      says: /^nightly was due at/,
    },
  ],
  partitions_are_made_ahead: [
    {
      what: 'lacks a partition',
      sql: `do $$ begin execute format('drop table sluice.%I', 'chunks_' || to_char((now() at time zone 'UTC')::date + 3, 'YYYYMMDD')); end $$`,
      mend: 'select sluice.create_chunk_partitions()',
      says: /has no partition of sluice\.chunks/,
    },
  ],
  old_partitions_are_dropped: [
    {
      what: 'has an old partition',
      sql: `create table sluice.chunks_20200101 partition of sluice.chunks for values from ('2020-01-01') to ('2020-01-02')`,
      mend: 'drop table sluice.chunks_20200101',
      says: /^chunks_20200101 has /,
    },
  ],
  maintenance_runs: [
    {
      what: 'has not been looked after',
      sql: `insert into graphile_worker._private_known_crontabs values ('sluice:maintain', now() - interval '1 day', now() - interval '1 day')`,
      mend: 'delete from graphile_worker._private_known_crontabs',
      says: /^sluice:maintain was set going at/,
    },
  ],
  maintenance_succeeds: [
    {
      what: 'has a job of maintenance that fails',
      sql: `select graphile_worker.add_job('sluice:maintain', max_attempts => 5);
        update graphile_worker._private_jobs set attempts = 5, last_error = 'disk full'
        where task_id = (select id from graphile_worker._private_tasks where identifier = 'sluice:maintain')`,
      says: /^sluice:maintain failed 5 of 5 times, at .* for the last time: disk full/,
    },
    {
      what: 'has a job of maintenance that will be tried again',
      sql: `select graphile_worker.add_job('sluice:archive', max_attempts => 5);
        update graphile_worker._private_jobs set attempts = 1, last_error = 'no bucket'
        where task_id = (select id from graphile_worker._private_tasks where identifier = 'sluice:archive')`,
      says: /^sluice:archive failed 1 of 5 times, at .* for the last time: no bucket/,
    },
  ],
  queue_matches_states: [
    {
      what: 'has lost the place of a query in the queue',
      sql: `delete from sluice.queue`,
      says: /^\$queued is queued, but has no row in sluice\.queue/,
    },
    {
      what: 'has a query in the queue that has ended',
      sql: `insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority)
        select id, queue_order, lane, tenant, source, priority from sluice.queries where id = '$succeeded'`,
      says: /^\$succeeded is in sluice\.queue, but its state is succeeded/,
    },
    {
      what: 'has an unknown query in the queue',
      sql: `insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority)
        values ('00000000-0000-4000-8000-000000000000', 1, 'default', 'default', 'default', 5)`,
      says: /but there is no such query/,
    },
    {
      what: 'has a query in the queue of another lane',
      sql: `update sluice.queue set lane = 'reports'`,
      says: /^\$queued is in sluice\.queue under another lane/,
    },
  ],
  leases_match_states: [
    {
      what: 'has lost the lease of a query that runs',
      sql: `delete from sluice.leases`,
      says: /^\$running is running, but has no lease/,
    },
    {
      what: 'has a lease with another token',
      sql: `update sluice.leases set token = token + 1000`,
      says: /^\$running is running, but has no lease with its token and worker/,
    },
    {
      what: 'has a lease of a query that has ended',
      sql: `insert into sluice.leases (query_id, token, worker_id, lane, tenant, source)
        select id, lease_token, worker_id, lane, tenant, source from sluice.queries where id = '$succeeded'`,
      says: /^\$succeeded is leased, but its state is succeeded/,
    },
  ],
  events_match_states: [
    {
      what: 'has lost the event of an end',
      sql: `delete from sluice.query_events where query_id = '$succeeded' and state = 'succeeded'`,
      says: /^\$succeeded is succeeded after 1 claims; its events end with running after 1/,
    },
    {
      what: 'has a query without events',
      sql: `delete from sluice.query_events where query_id = '$queued'`,
      says: /^\$queued is queued after 0 claims; its events end with nothing after 0/,
    },
  ],
  idempotency_keys_name_queries: [
    {
      what: 'has a key of a query that is not there',
      sql: `insert into sluice.idempotency_keys (tenant, key, request_hash, query_id)
        values ('default', 'my key', '', '00000000-0000-4000-8000-000000000000')`,
      mend: 'delete from sluice.idempotency_keys',
      says: /^my key of tenant default names query 0/,
    },
  ],
  events_follow_the_graph: [
    {
      what: 'has a query that ended twice',
      sql: `insert into sluice.query_events (query_id, attempt, state) values ('$succeeded', 1, 'failed'), ('$succeeded', 1, 'succeeded')`,
      says: /^\$succeeded went from succeeded to failed/,
    },
    {
      what: 'has a query that was claimed twice',
      sql: `insert into sluice.query_events (query_id, attempt, state) values ('$running', 2, 'running')`,
      says: /^\$running went from running to running/,
    },
    {
      what: 'has a query that began in the middle',
      sql: `delete from sluice.query_events where query_id = '$running' and state = 'queued'`,
      says: /^\$running went from new to running/,
    },
  ],
  tokens_are_unique: [
    {
      what: 'has two queries with one token',
      sql: `update sluice.queries set lease_token = (select lease_token from sluice.queries where id = '$running') where id = '$succeeded'`,
      says: /share lease token/,
    },
  ],
  results_are_of_the_winner: [
    {
      what: 'has a result of another token',
      sql: `update sluice.results set token = token + 1000 where query_id = '$succeeded'`,
      says: /^\$succeeded has a result under token \d+, but its own is/,
    },
    {
      what: 'has a growing result of a query that has ended',
      sql: `update sluice.results set complete = false where query_id = '$chunked'`,
      says: /^\$chunked is succeeded, but has a result that is growing/,
    },
  ],
  succeeded_has_result: [
    {
      what: 'has lost a result',
      sql: `delete from sluice.results where query_id = '$succeeded'`,
      says: /^\$succeeded has no result/,
    },
  ],
  chunks_are_contiguous: [
    {
      what: 'has lost a chunk',
      sql: `delete from sluice.chunks where query_id = '$chunked' and n = 0`,
      says: /^\$chunked manifest: 2 chunks, 4 rows, .* chunks: 1 with 2 rows, .* not in order/,
    },
    {
      what: 'has a chunk in the wrong place',
      sql: `update sluice.chunks set first_row = 3 where query_id = '$chunked' and n = 1`,
      says: /not in order/,
    },
    {
      what: 'has an inline chunk of another length',
      sql: `update sluice.results set inline_chunk = inline_chunk || '\\x00' where query_id = '$succeeded'`,
      says: /^\$succeeded manifest: \d+ bytes stored; its inline chunk has/,
    },
  ],
  chunks_match_checksums: [
    {
      what: 'has a chunk with a flipped bit',
      sql: `update sluice.chunks set data = set_bit(data, 9, 1 - get_bit(data, 9)) where query_id = '$chunked' and n = 1`,
      says: /^\$chunked chunk 1 does not match its checksum/,
    },
    {
      what: 'has an inline chunk with a flipped bit',
      sql: `update sluice.results set inline_chunk = set_bit(inline_chunk, 9, 1 - get_bit(inline_chunk, 9)) where query_id = '$succeeded'`,
      says: /^\$succeeded chunk 0 \(inline\) does not match its checksum/,
    },
  ],
  writes_run_once: [
    {
      what: 'has put a statement back that may write',
      sql: `update sluice.sources set writes = true;
        update sluice.queries set submitted_at = clock_timestamp() where id = '$running';
        select sluice.give_back(id, lease_token, 'worker_lost') from sluice.queries where id = '$running'`,
      mend: 'update sluice.sources set writes = false',
      says: /^\$running was put back \(worker_lost\)/,
    },
  ],
  cancel_or_completion: [
    {
      what: 'has a query that succeeded after its cancel',
      sql: `insert into sluice.query_events (query_id, attempt, state) values ('$succeeded', 1, 'canceling')`,
      says: /^\$succeeded is succeeded, but was canceling/,
    },
  ],
  lanes_keep_their_limit: [
    {
      what: 'has a lane above its limit',
      sql: `insert into sluice.leases (query_id, token, worker_id, lane, tenant, source)
        select gen_random_uuid(), -n, gen_random_uuid(), 'default', 'default', 'default' from generate_series(1, 16) n`,
      says: /^default 17 run, its concurrency is 16/,
    },
  ],
  chunks_have_manifests: [
    {
      what: 'has chunks of no result',
      sql: `delete from sluice.results where query_id = '$chunked'`,
      says: /^\$chunked 2 chunks under token \d+ belong to no result/,
    },
  ],
  tickets_have_workers: [
    {
      what: 'has a ticket that a dead worker holds',
      sql: `update graphile_worker._private_jobs set locked_by = 'gone', locked_at = now() - interval '1 hour'`,
      says: /sluice:lane:default is held by gone since/,
    },
  ],
  tickets_are_alive: [
    {
      what: 'has a ticket that has failed for good',
      sql: `update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'it broke'`,
      says: /sluice:lane:default: it broke/,
    },
    {
      what: 'has a ticket of a lane that is gone',
      sql: `select sluice.add_ticket('gone')`,
      says: /sluice:lane:gone: there is no such lane/,
    },
  ],
  no_idle_transactions: [
    {
      what: 'has an idle transaction',
      ...pretended('pg_stat_activity', session(`'idle in transaction' as state, null::xid as backend_xmin`)),
      says: /^4711 sluice worker is idle in transaction since/,
    },
  ],
  no_forgotten_locks: [
    {
      what: 'has a forgotten lock',
      ...pretended(
        'pg_stat_activity',
        `${session(`'idle' as state, null::xid as backend_xmin`)};
         create view pretended.pg_locks as select 4711 as pid, 'advisory' as locktype, true as granted`,
      ),
      says: /^4711 sluice worker is idle and holds an advisory lock/,
    },
  ],
}

/** Runs a script with the ids of queries put in by the names of their states. */
export async function run(pool: pg.Pool, script: string, ids: Readonly<Record<string, string>>): Promise<void> {
  await pool.query(script.replace(/\$(queued|running|succeeded|chunked)/g, (_, name: string) => ids[name]!))
}
