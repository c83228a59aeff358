-- The tables of Sluice. Churn is split by table: `queue` and `leases` are small and hot,
-- `queries` holds one row per query and changes it in place (no index on a column that
-- changes, room left on the page), results live in partitions that are dropped whole.

comment on schema sluice is 'Asynchronous SQL: queries, their queue, their results. See docs/ of the package.';

create table sluice.repeatable_migrations (
  name text primary key,
  checksum text not null,
  applied_at timestamptz not null default now()
);
comment on table sluice.repeatable_migrations is 'Files of migrations/repeatable that were applied.';
comment on column sluice.repeatable_migrations.name is 'File name without .sql.';
comment on column sluice.repeatable_migrations.checksum is 'SHA-256 of its text; another text is applied again.';
comment on column sluice.repeatable_migrations.applied_at is 'When.';
comment on table sluice.migrations is 'Numbered migrations that were applied.';
comment on column sluice.migrations.name is 'File name without .sql.';
comment on column sluice.migrations.timestamp is 'When.';
comment on table sluice.migrations_lock is 'Unused; the migration library makes it.';
comment on column sluice.migrations_lock.id is 'Unused.';
comment on column sluice.migrations_lock.is_locked is 'Unused.';

create sequence sluice.lease_tokens;
comment on sequence sluice.lease_tokens is
  'Fencing tokens. Every claim takes the next one; every write of a run must show it.';

create sequence sluice.queue_order;
comment on sequence sluice.queue_order is
  'Place in the queue. A query keeps its place when it is put back after an interruption.';

------------------------------------------------------------------------------------------
create table sluice.tenants (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  created_at timestamptz not null default now()
);
comment on table sluice.tenants is 'Who queries belong to. One row, default, until tenants are administered.';
comment on column sluice.tenants.name is 'Name, as it stands in every query.';
comment on column sluice.tenants.created_at is 'When the tenant was added.';

------------------------------------------------------------------------------------------
create table sluice.lanes (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  description text not null default '',
  concurrency integer not null default 16 check (concurrency between 1 and 10000),
  paused boolean not null default false,
  max_queued integer not null default 100000 check (max_queued > 0),
  timeout_seconds integer not null default 3600 check (timeout_seconds > 0),
  max_timeout_seconds integer not null default 86400,
  queue_timeout_seconds integer check (queue_timeout_seconds > 0),
  row_limit bigint check (row_limit > 0),
  max_row_limit bigint check (max_row_limit > 0),
  byte_limit bigint check (byte_limit > 0),
  max_byte_limit bigint check (max_byte_limit > 0),
  ttl_seconds integer not null default 86400 check (ttl_seconds > 0),
  max_ttl_seconds integer not null default 2592000,
  created_at timestamptz not null default now(),
  -- Timers of the worker count milliseconds in 32 bits.
  constraint lanes_timeout_within_max check (timeout_seconds <= max_timeout_seconds and max_timeout_seconds <= 2000000),
  constraint lanes_ttl_within_max check (ttl_seconds <= max_ttl_seconds and max_ttl_seconds <= 31536000),
  constraint lanes_row_limit_within_max check (row_limit <= max_row_limit),
  constraint lanes_byte_limit_within_max check (byte_limit <= max_byte_limit)
);
comment on table sluice.lanes is
  'Named queues, each with its own limits. Changes take effect with the next claim; see pause_lane() and resume_lane().';
comment on column sluice.lanes.name is 'Name that requests and workers use.';
comment on column sluice.lanes.description is 'What the lane is for.';
comment on column sluice.lanes.concurrency is 'Most queries of this lane that run at one time, over all workers.';
comment on column sluice.lanes.paused is 'While true nothing of this lane is started; running queries go on.';
comment on column sluice.lanes.max_queued is 'Most queries that may wait; one more is refused (queue_full).';
comment on column sluice.lanes.timeout_seconds is 'Run time limit of a query that names none.';
comment on column sluice.lanes.max_timeout_seconds is 'Longest run time limit that a request may name.';
comment on column sluice.lanes.queue_timeout_seconds is 'Limit on the wait for a slot of a query that names none; null: no limit.';
comment on column sluice.lanes.row_limit is 'Row limit of a query that names none; null: no limit but max_row_limit.';
comment on column sluice.lanes.max_row_limit is 'Largest row limit that a request may name; null: no limit.';
comment on column sluice.lanes.byte_limit is 'Byte limit (rows as the source sends them) of a query that names none; null: no limit but max_byte_limit.';
comment on column sluice.lanes.max_byte_limit is 'Largest byte limit that a request may name; null: no limit.';
comment on column sluice.lanes.ttl_seconds is 'How long a result is kept if the request does not say.';
comment on column sluice.lanes.max_ttl_seconds is 'Longest time that a request may ask a result to be kept.';
comment on column sluice.lanes.created_at is 'When the lane was added.';

------------------------------------------------------------------------------------------
create table sluice.sources (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  kind text not null default 'postgresql' check (kind in ('postgresql')),
  host text not null check (host <> ''),
  port integer not null default 5432 check (port between 1 and 65535),
  database text not null check (database <> ''),
  username text not null check (username <> ''),
  tls text not null default 'verify-full' check (tls in ('disable', 'require', 'verify-full')),
  writes boolean not null default false,
  max_connections integer not null default 16 check (max_connections between 1 and 10000),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table sluice.sources is 'Databases that run users'' SQL.';
comment on column sluice.sources.name is 'Name that requests use.';
comment on column sluice.sources.kind is 'What the database is.';
comment on column sluice.sources.host is 'Host name or address, or the folder of a unix socket.';
comment on column sluice.sources.port is 'TCP port.';
comment on column sluice.sources.database is 'Database to connect to.';
comment on column sluice.sources.username is 'Login role. Its privileges are what users'' SQL can do: give it the least.';
comment on column sluice.sources.tls is 'disable; require (encrypted, certificate not checked); verify-full (encrypted, certificate and host name checked).';
comment on column sluice.sources.writes is 'False: statements run in a read-only transaction that is rolled back. True: in a transaction that is committed.';
comment on column sluice.sources.max_connections is 'Most connections that one worker process opens to it.';
comment on column sluice.sources.version is 'Counts changes, so that workers drop connections made with older settings.';
comment on column sluice.sources.created_at is 'When the source was added.';
comment on column sluice.sources.updated_at is 'When it was last changed.';

create table sluice.source_secrets (
  source text primary key references sluice.sources (name) on update cascade on delete cascade,
  password text not null
);
comment on table sluice.source_secrets is
  'Passwords of sources, apart from them so that reading sources never reads secrets. Workers read it; nothing returns it.';
comment on column sluice.source_secrets.source is 'The source.';
comment on column sluice.source_secrets.password is 'Its login role''s password.';

------------------------------------------------------------------------------------------
create table sluice.workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  version text not null,
  lanes text[],
  slots integer not null check (slots > 0),
  pool_id text,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  draining boolean not null default false,
  stopped_at timestamptz
) with (fillfactor = 50);
comment on table sluice.workers is 'Worker processes, alive and past.';
comment on column sluice.workers.id is 'Drawn anew at each start of a worker.';
comment on column sluice.workers.host is 'Host that it runs on.';
comment on column sluice.workers.pid is 'Process id there.';
comment on column sluice.workers.version is 'Sluice version.';
comment on column sluice.workers.lanes is 'Lanes that it serves; null: all.';
comment on column sluice.workers.slots is 'Queries that it runs at one time.';
comment on column sluice.workers.pool_id is 'Its graphile-worker pool, whose jobs are freed when it dies.';
comment on column sluice.workers.started_at is 'When it started.';
comment on column sluice.workers.heartbeat_at is 'When it last said that it is alive. Older than the lease: its queries are taken away.';
comment on column sluice.workers.draining is 'It claims no more and stops once its queries have ended.';
comment on column sluice.workers.stopped_at is 'When it stopped or was declared dead.';
create index workers_alive on sluice.workers (id) where stopped_at is null;

------------------------------------------------------------------------------------------
create table sluice.queries (
  id uuid primary key,
  lease_token bigint,
  queue_order bigint not null,
  submitted_at timestamptz not null default clock_timestamp(),
  run_at timestamptz,
  started_at timestamptz,
  first_row_at timestamptz,
  finished_at timestamptz,
  cancel_requested_at timestamptz,
  queue_timeout_at timestamptz,
  row_limit bigint,
  byte_limit bigint,
  timeout_seconds integer not null,
  ttl_seconds integer not null,
  attempt integer not null default 0,
  interruptions integer not null default 0,
  worker_losses integer not null default 0,
  max_attempts integer not null default 1,
  priority smallint not null default 5,
  state text not null default 'queued',
  tenant text not null,
  lane text not null,
  source text not null,
  sql text not null,
  params jsonb not null default '[]',
  labels jsonb not null default '{}',
  worker_id uuid,
  error jsonb,
  -- One constraint: PostgreSQL prepares each anew for every statement, and ten cost more than the row.
  constraint queries_consistent check (
    priority between 1 and 9 and max_attempts between 1 and 100
    and case state
      when 'queued' then num_nonnulls(started_at, finished_at, lease_token, worker_id, error) = 0
      when 'running' then num_nulls(started_at, lease_token, worker_id) = 0 and num_nonnulls(finished_at, error) = 0
      when 'canceling' then
        num_nulls(started_at, lease_token, worker_id, cancel_requested_at) = 0 and num_nonnulls(finished_at, error) = 0
      when 'succeeded' then num_nulls(started_at, finished_at, lease_token) = 0 and error is null
      when 'failed' then num_nulls(finished_at, error) = 0
      when 'timed_out' then num_nulls(finished_at, error) = 0
      when 'canceled' then num_nulls(finished_at, cancel_requested_at) = 0
      else false
    end)
) with (fillfactor = 70);
comment on table sluice.queries is
  'One row per query: the truth about it. States: queued, running, canceling, then succeeded, failed, canceled or timed_out.';
comment on column sluice.queries.id is 'UUIDv7, so newest last.';
comment on column sluice.queries.lease_token is 'Fencing token of the last claim; null while it waits.';
comment on column sluice.queries.queue_order is 'Its place among queries of the same priority.';
comment on column sluice.queries.submitted_at is 'When it was accepted.';
comment on column sluice.queries.run_at is 'Not to be started before; null: at once.';
comment on column sluice.queries.started_at is 'When the last attempt was claimed.';
comment on column sluice.queries.first_row_at is 'When the source sent the first row of the attempt that succeeded.';
comment on column sluice.queries.finished_at is 'When it reached its terminal state.';
comment on column sluice.queries.cancel_requested_at is 'When a cancel was first asked for.';
comment on column sluice.queries.queue_timeout_at is 'Ends as timed_out if it has not started by then; null: no limit.';
comment on column sluice.queries.row_limit is 'The result stops after so many rows and says so; null: no limit.';
comment on column sluice.queries.byte_limit is 'The result stops after so many bytes of rows, as the source sends them, and says so; null: no limit.';
comment on column sluice.queries.timeout_seconds is 'Run time limit.';
comment on column sluice.queries.ttl_seconds is 'How long the result is kept after the end.';
comment on column sluice.queries.attempt is 'How often it was claimed.';
comment on column sluice.queries.interruptions is 'How many of these claims were given back by a draining worker; they cost no attempt.';
comment on column sluice.queries.worker_losses is 'How many of these claims ended with the death of the worker.';
comment on column sluice.queries.max_attempts is 'Attempts for retryable errors.';
comment on column sluice.queries.priority is '1 (first) to 9 (last) within its lane.';
comment on column sluice.queries.state is 'See docs/states.md.';
comment on column sluice.queries.tenant is 'Whose it is.';
comment on column sluice.queries.lane is 'Lane that it waits or waited in.';
comment on column sluice.queries.source is 'Source that runs it.';
comment on column sluice.queries.sql is 'The statement, as submitted.';
comment on column sluice.queries.params is 'Array of values for $1…: JSON values or {"type","value"}.';
comment on column sluice.queries.labels is 'Free labels, strings by name.';
comment on column sluice.queries.worker_id is 'Worker of the last claim.';
comment on column sluice.queries.error is 'What went wrong: code, message and, from the source, sqlstate, position, hint.';
create index queries_labels on sluice.queries using gin (labels jsonb_path_ops) where labels <> '{}';

------------------------------------------------------------------------------------------
create table sluice.queue (
  query_id uuid primary key,
  queue_order bigint not null,
  run_at timestamptz,
  queue_timeout_at timestamptz,
  priority smallint not null,
  delayed boolean not null default false,
  lane text not null,
  tenant text not null,
  source text not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
comment on table sluice.queue is 'Queries that wait: exactly those with state queued. A claim deletes the row.';
comment on column sluice.queue.query_id is 'The query.';
comment on column sluice.queue.queue_order is 'As in queries.';
comment on column sluice.queue.run_at is 'As in queries.';
comment on column sluice.queue.queue_timeout_at is 'As in queries.';
comment on column sluice.queue.priority is 'As in queries.';
comment on column sluice.queue.delayed is 'Its run_at has not come yet; claims look past it until it has.';
comment on column sluice.queue.lane is 'As in queries.';
comment on column sluice.queue.tenant is 'As in queries.';
comment on column sluice.queue.source is 'As in queries.';
create index queue_next on sluice.queue (lane, priority, queue_order) where not delayed;
create index queue_delayed on sluice.queue (lane, run_at) where delayed;
create index queue_timeouts on sluice.queue (queue_timeout_at) where queue_timeout_at is not null;

------------------------------------------------------------------------------------------
create table sluice.leases (
  query_id uuid primary key,
  token bigint not null,
  worker_id uuid not null,
  granted_at timestamptz not null default clock_timestamp(),
  lane text not null,
  tenant text not null,
  source text not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
comment on table sluice.leases is
  'Queries that run: exactly those with state running or canceling. Writes of a run lock this row and must match its token; counting a lane''s rows gives its load.';
comment on column sluice.leases.query_id is 'The query.';
comment on column sluice.leases.token is 'Fencing token of this claim.';
comment on column sluice.leases.worker_id is 'Worker that holds it.';
comment on column sluice.leases.granted_at is 'When it was claimed.';
comment on column sluice.leases.lane is 'As in queries.';
comment on column sluice.leases.tenant is 'As in queries.';
comment on column sluice.leases.source is 'As in queries.';
create index leases_lane on sluice.leases (lane);

------------------------------------------------------------------------------------------
create table sluice.query_events (
  id bigint generated always as identity,
  query_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  attempt integer not null,
  state text not null
    check (state in ('queued', 'running', 'canceling', 'succeeded', 'failed', 'canceled', 'timed_out')),
  reason text,
  worker_id uuid,
  primary key (query_id, id)
);
comment on table sluice.query_events is 'Every state that a query entered, in order: the path that the auditor checks.';
comment on column sluice.query_events.id is 'Rises with time within a query.';
comment on column sluice.query_events.query_id is 'The query.';
comment on column sluice.query_events.at is 'When.';
comment on column sluice.query_events.attempt is 'Attempt at that moment.';
comment on column sluice.query_events.state is 'State entered.';
comment on column sluice.query_events.reason is 'Why, where the state does not say: interrupted, worker_lost, an error code.';
comment on column sluice.query_events.worker_id is 'Worker that caused it, if one did.';

------------------------------------------------------------------------------------------
create table sluice.idempotency_keys (
  tenant text not null,
  key text not null check (length(key) between 1 and 255),
  request_hash text not null,
  query_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant, key)
);
comment on table sluice.idempotency_keys is 'Idempotency-Key of accepted submissions, kept for 24 hours.';
comment on column sluice.idempotency_keys.tenant is 'Whose key.';
comment on column sluice.idempotency_keys.key is 'The key that the client sent.';
comment on column sluice.idempotency_keys.request_hash is 'SHA-256 of the request that came with it.';
comment on column sluice.idempotency_keys.query_id is 'The query that it made.';
comment on column sluice.idempotency_keys.created_at is 'When.';
create index idempotency_keys_age on sluice.idempotency_keys (created_at);

------------------------------------------------------------------------------------------
create table sluice.results (
  query_id uuid primary key,
  token bigint not null,
  rows bigint not null default 0,
  raw_bytes bigint not null default 0,
  stored_bytes bigint not null default 0,
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_on date not null,
  format_version integer not null default 1,
  chunks integer not null default 0,
  complete boolean not null default false,
  limiting_factor text check (limiting_factor in ('row_limit', 'byte_limit')),
  columns jsonb not null,
  schema_message bytea not null,
  inline_checksum bigint,
  inline_chunk bytea,
  constraint results_inline check (inline_chunk is null or (chunks = 1 and complete and inline_checksum is not null))
) with (fillfactor = 80);
comment on table sluice.results is
  'Manifests: one row per stored result. Chunks are in sluice.chunks, except that of a small result, which is in the row itself.';
comment on column sluice.results.query_id is 'The query.';
comment on column sluice.results.token is 'Lease token of the attempt that wrote it.';
comment on column sluice.results.rows is 'Rows stored so far.';
comment on column sluice.results.raw_bytes is 'Arrow bytes of the chunks before compression.';
comment on column sluice.results.stored_bytes is 'Bytes of the chunks as stored.';
comment on column sluice.results.expires_at is 'When it stops being served.';
comment on column sluice.results.created_at is 'When its first chunk was stored.';
comment on column sluice.results.expires_on is 'Partition of its chunks: the UTC day of expires_at.';
comment on column sluice.results.format_version is 'Layout of the chunks; 1: one zstd frame of Arrow IPC messages each.';
comment on column sluice.results.chunks is 'Number of chunks so far, numbered from 0.';
comment on column sluice.results.complete is 'Nothing more will be added.';
comment on column sluice.results.limiting_factor is 'Limit that cut the result short; null: it is whole.';
comment on column sluice.results.columns is 'Columns: [{name, type, nullable}], type as the source names it.';
comment on column sluice.results.schema_message is 'Arrow IPC schema message, with which every download starts.';
comment on column sluice.results.inline_checksum is 'CRC-32 of inline_chunk.';
comment on column sluice.results.inline_chunk is 'The only chunk of a small result; null: chunks are in sluice.chunks.';
alter table sluice.results alter column inline_chunk set storage external;
create index results_expiry on sluice.results (expires_at);

create table sluice.chunks (
  expires_on date not null,
  n integer not null,
  query_id uuid not null,
  token bigint not null,
  first_row bigint not null,
  checksum bigint not null check (checksum between 0 and 4294967295),
  rows integer not null check (rows >= 0),
  raw_bytes integer not null check (raw_bytes >= 0),
  data bytea not null,
  primary key (query_id, token, n, expires_on)
) partition by range (expires_on);
comment on table sluice.chunks is
  'Chunks of results: each one zstd frame that holds whole Arrow record batch messages. Partitioned by the day on which they expire.';
comment on column sluice.chunks.expires_on is 'UTC day of expiry.';
comment on column sluice.chunks.n is 'Number within the result, from 0.';
comment on column sluice.chunks.query_id is 'The query.';
comment on column sluice.chunks.token is 'Lease token of the attempt that wrote it; the manifest names the one that counts.';
comment on column sluice.chunks.first_row is 'Number of its first row within the result, from 0.';
comment on column sluice.chunks.rows is 'Rows in it.';
comment on column sluice.chunks.raw_bytes is 'Bytes before compression.';
comment on column sluice.chunks.checksum is 'CRC-32 of data, as crc32() of PostgreSQL 18 computes it.';
comment on column sluice.chunks.data is 'The zstd frame.';
alter table sluice.chunks alter column data set storage external;

------------------------------------------------------------------------------------------
insert into sluice.tenants (name) values ('default');
insert into sluice.lanes (name, description, concurrency, timeout_seconds, max_timeout_seconds) values
  ('default', 'Queries that name no lane.', 16, 3600, 86400),
  ('interactive', 'Short queries that somebody waits for.', 32, 60, 600),
  ('reports', 'Long queries that may wait.', 4, 21600, 86400);
