-- Made by npm run generate from what migrations/ build. Do not edit.

create sequence sluice.lease_tokens as bigint start 1 increment 1;
create sequence sluice.queue_order as bigint start 1 increment 1;

create table sluice.alert_rules (
  name text not null,
  description text not null default ''::text,
  measure text not null,
  subject text,
  comparison text not null default 'above'::text,
  threshold double precision not null,
  for_seconds integer not null default 0,
  window_seconds integer not null default 300,
  least_samples integer not null default 10,
  enabled boolean not null default true,
  webhooks text[],
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now()
);

create table sluice.alerts (
  id uuid not null,
  rule text not null,
  subject text not null,
  value double precision not null,
  started_at timestamp with time zone not null,
  fired_at timestamp with time zone,
  resolved_at timestamp with time zone,
  measure text not null,
  comparison text not null,
  threshold double precision not null
);

create table sluice.audit (
  id bigint not null generated always as identity,
  at timestamp with time zone not null default clock_timestamp(),
  tenant text not null,
  actor text not null,
  address text not null,
  action text not null,
  target text,
  detail jsonb not null default '{}'::jsonb
);

create table sluice.beat (
  only_row boolean not null default true,
  term bigint not null default 0,
  worker_id uuid,
  backend_pid integer,
  held_since timestamp with time zone,
  heartbeat_at timestamp with time zone,
  ticked_at timestamp with time zone,
  store_latency_seconds double precision
) with (fillfactor=50);

create table sluice.chunks (
  expires_on date not null,
  n integer not null,
  query_id uuid not null,
  token bigint not null,
  first_row bigint not null,
  checksum bigint not null,
  rows integer not null,
  raw_bytes integer not null,
  data bytea storage external,
  segment integer,
  object_offset bigint,
  stored_bytes integer
) partition by RANGE (expires_on);

create table sluice.corrupt_chunks (
  query_id uuid not null,
  n integer not null,
  first_seen_at timestamp with time zone not null default clock_timestamp(),
  last_seen_at timestamp with time zone not null default clock_timestamp(),
  reads bigint not null default 1,
  reason text not null
);

create table sluice.cost_rates (
  tenant text not null default '*'::text,
  lane text not null default '*'::text,
  source text not null default '*'::text,
  per_query numeric not null default 0,
  per_second numeric not null default 0,
  per_gib numeric not null default 0
);

create table sluice.deliveries (
  id uuid not null,
  webhook text not null,
  type text not null,
  query_id uuid,
  state text not null default 'pending'::text,
  attempts integer not null default 0,
  created_at timestamp with time zone not null default clock_timestamp(),
  next_attempt_at timestamp with time zone default clock_timestamp(),
  finished_at timestamp with time zone,
  payload jsonb not null,
  log jsonb not null default '[]'::jsonb
);

create table sluice.dropped_objects (
  bucket text not null,
  object_prefix text not null,
  dropped_at timestamp with time zone not null default clock_timestamp()
);

create table sluice.fingerprints (
  fingerprint uuid not null,
  last_seen_on date not null,
  normalized text not null
);

create table sluice.fire_totals (
  id bigint not null generated always as identity,
  submitted bigint not null default 0,
  skipped bigint not null default 0,
  missed bigint not null default 0,
  refused bigint not null default 0,
  succeeded bigint not null default 0,
  failed bigint not null default 0,
  canceled bigint not null default 0,
  timed_out bigint not null default 0,
  late_ms double precision not null default 0,
  late bigint[] not null default '{}'::bigint[]
) with (fillfactor=50);

create table sluice.fires (
  schedule text not null,
  fire_at timestamp with time zone not null,
  kind text not null default 'scheduled'::text,
  outcome text not null,
  missed integer not null default 0,
  decided_at timestamp with time zone not null default clock_timestamp(),
  previous_fire_at timestamp with time zone,
  query_id uuid,
  query_state text,
  finished_at timestamp with time zone,
  code text,
  detail text
);

create table sluice.history (
  query_id uuid not null,
  finished_at timestamp with time zone not null,
  statement_id bigint not null,
  worker_id uuid,
  wait_ms double precision,
  run_ms double precision,
  rows bigint not null,
  raw_bytes bigint not null,
  state text not null,
  lane text not null,
  tenant text not null,
  source text not null,
  code text,
  sqlstate text
);

create table sluice.history_labels (
  label bigint not null,
  query_id uuid not null
);

create table sluice.idempotency_keys (
  tenant text not null,
  key text not null,
  request_hash text not null,
  query_id uuid not null,
  created_at timestamp with time zone not null default now()
);

create table sluice.installation (
  id uuid not null default gen_random_uuid(),
  created_at timestamp with time zone not null default now()
);

create table sluice.lanes (
  name text not null,
  description text not null default ''::text,
  concurrency integer not null default 16,
  paused boolean not null default false,
  max_queued integer not null default 100000,
  timeout_seconds integer not null default 3600,
  max_timeout_seconds integer not null default 86400,
  queue_timeout_seconds integer,
  row_limit bigint,
  max_row_limit bigint,
  byte_limit bigint,
  max_byte_limit bigint,
  ttl_seconds integer not null default 86400,
  max_ttl_seconds integer not null default 2592000,
  created_at timestamp with time zone not null default now(),
  s3_above_bytes bigint,
  archive_after_days integer,
  max_attempts integer not null default 10
);

create table sluice.leases (
  query_id uuid not null,
  token bigint not null,
  worker_id uuid not null,
  granted_at timestamp with time zone not null default clock_timestamp(),
  lane text not null,
  tenant text not null,
  source text not null,
  orphaned_at timestamp with time zone
) with (autovacuum_analyze_scale_factor=0, autovacuum_analyze_threshold=5000, autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=200, vacuum_truncate=false);

create table sluice.migrations (
  name character varying(255) not null,
  "timestamp" character varying(255) not null
);

create table sluice.migrations_lock (
  id character varying(255) not null,
  is_locked integer not null default 0
);

create table sluice.orphans (
  id bigint not null generated always as identity,
  worker_id uuid not null,
  query_id uuid,
  found_at timestamp with time zone not null default clock_timestamp(),
  try_at timestamp with time zone not null default clock_timestamp(),
  backend_start timestamp with time zone,
  pid integer,
  tries integer not null default 0,
  source text not null,
  application_name text
);

create table sluice.plans (
  query_id uuid not null,
  attempt integer not null,
  captured_at timestamp with time zone not null default clock_timestamp(),
  plan json not null
);

create table sluice.queries (
  id uuid not null,
  lease_token bigint,
  queue_order bigint not null,
  submitted_at timestamp with time zone not null default clock_timestamp(),
  run_at timestamp with time zone,
  started_at timestamp with time zone,
  first_row_at timestamp with time zone,
  finished_at timestamp with time zone,
  cancel_requested_at timestamp with time zone,
  queue_timeout_at timestamp with time zone,
  row_limit bigint,
  byte_limit bigint,
  timeout_seconds integer not null,
  ttl_seconds integer not null,
  attempt integer not null default 0,
  interruptions integer not null default 0,
  worker_losses integer not null default 0,
  max_attempts integer not null default 1,
  priority smallint not null default 5,
  state text not null default 'queued'::text,
  tenant text not null,
  lane text not null,
  source text not null,
  sql text not null,
  params jsonb not null default '[]'::jsonb,
  labels jsonb not null default '{}'::jsonb,
  worker_id uuid,
  error jsonb,
  webhooks text[],
  retry_of uuid,
  traceparent text,
  abandon_after_seconds integer,
  tracestate text,
  explain boolean
) with (fillfactor=70);

create table sluice.query_events (
  id bigint not null generated always as identity,
  query_id uuid not null,
  at timestamp with time zone not null default clock_timestamp(),
  attempt integer not null,
  state text not null,
  reason text,
  worker_id uuid,
  error jsonb
);

create table sluice.queue (
  query_id uuid not null,
  queue_order bigint not null,
  run_at timestamp with time zone,
  queue_timeout_at timestamp with time zone,
  priority smallint not null,
  delayed boolean not null default false,
  lane text not null,
  tenant text not null,
  source text not null
) with (autovacuum_analyze_scale_factor=0, autovacuum_analyze_threshold=5000, autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=200, vacuum_truncate=false);

create table sluice.repeatable_migrations (
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now()
);

create table sluice.result_copies (
  query_id uuid not null,
  token bigint not null,
  made_at timestamp with time zone not null default clock_timestamp(),
  complete boolean not null,
  rows jsonb not null
);

create table sluice.result_readers (
  query_id uuid not null,
  reader_id uuid not null,
  expires_on date not null,
  read_until timestamp with time zone not null
);

create table sluice.results (
  query_id uuid not null,
  token bigint not null,
  rows bigint not null default 0,
  raw_bytes bigint not null default 0,
  stored_bytes bigint not null default 0,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  expires_on date not null,
  format_version integer not null default 1,
  chunks integer not null default 0,
  complete boolean not null default false,
  limiting_factor text,
  columns jsonb not null,
  schema_message bytea not null,
  inline_checksum bigint,
  inline_chunk bytea storage external,
  bucket text,
  object_prefix text,
  first_rows bytea
) with (autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.05, fillfactor=80);

create table sluice.schedules (
  name text not null,
  description text not null default ''::text,
  cron text,
  interval_seconds integer,
  anchor_at timestamp with time zone not null default date_trunc('second'::text, now()),
  time_zone text not null default 'UTC'::text,
  tenant text not null default 'default'::text,
  source text not null default 'default'::text,
  lane text not null default 'default'::text,
  sql text not null,
  params jsonb not null default '[]'::jsonb,
  labels jsonb not null default '{}'::jsonb,
  priority smallint not null default 5,
  timeout_seconds integer,
  queue_timeout_seconds integer,
  row_limit bigint,
  byte_limit bigint,
  ttl_seconds integer,
  misfire_policy text not null default 'one'::text,
  misfire_grace_seconds integer not null default 60,
  catch_up_limit integer not null default 10,
  overlap_policy text not null default 'skip'::text,
  paused boolean not null default false,
  managed boolean not null default false,
  version integer not null default 1,
  settled_until timestamp with time zone not null default date_trunc('milliseconds'::text, now()),
  next_fires timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  problem text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  webhooks text[],
  max_attempts integer
);

create table sluice.source_secrets (
  source text not null,
  password text not null
);

create table sluice.sources (
  name text not null,
  kind text not null default 'postgresql'::text,
  host text not null,
  port integer not null default 5432,
  database text not null,
  username text not null,
  tls text not null default 'verify-full'::text,
  writes boolean not null default false,
  max_connections integer not null default 16,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  prepared_statements boolean not null default true
);

create table sluice.statements (
  id bigint not null generated always as identity,
  digest bigint not null,
  fingerprint uuid not null,
  last_seen_on date not null,
  sql text not null,
  folded text not null default lower(sql)
);

create table sluice.statistics_gauges (
  minute timestamp with time zone not null,
  lane text not null,
  waiting bigint not null,
  scheduled bigint not null,
  running integer not null,
  slots integer not null,
  oldest_wait_seconds double precision not null
);

create table sluice.statistics_minutes (
  minute timestamp with time zone not null,
  lane text not null,
  submitted bigint not null,
  claimed bigint not null,
  succeeded bigint not null,
  failed bigint not null,
  canceled bigint not null,
  timed_out bigint not null,
  rows bigint not null,
  raw_bytes bigint not null,
  wait_ms double precision not null,
  run_ms double precision not null,
  waits bigint[] not null,
  runs bigint[] not null
) with (fillfactor=50);

create table sluice.statistics_outcomes (
  lane text not null,
  state text not null,
  code text not null,
  queries bigint not null
) with (fillfactor=50);

create table sluice.statistics_state (
  only_row boolean not null default true,
  seen bigint not null default 0,
  missing int8multirange not null default '{}'::int8multirange,
  writers text[],
  counted_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  rolled_up_at timestamp with time zone not null default '-infinity'::timestamp with time zone
);

create table sluice.statistics_statements (
  hour timestamp with time zone not null,
  fingerprint uuid not null,
  last_query_id uuid not null,
  queries bigint not null,
  not_succeeded bigint not null,
  rows bigint not null,
  raw_bytes bigint not null,
  run_ms double precision not null,
  longest_run_ms double precision not null,
  runs bigint[] not null
) with (fillfactor=70);

create table sluice.statistics_storage (
  minute timestamp with time zone not null,
  results_bytes bigint not null,
  database_bytes bigint not null
);

create table sluice.statistics_totals (
  lane text not null,
  submitted bigint not null,
  claimed bigint not null,
  interrupted bigint not null,
  reaped bigint not null,
  rows bigint not null,
  raw_bytes bigint not null,
  wait_ms double precision not null,
  run_ms double precision not null,
  waits bigint[] not null,
  runs bigint[] not null
) with (fillfactor=50);

create table sluice.statistics_usage (
  day date not null,
  tenant text not null,
  lane text not null,
  source text not null,
  label text not null,
  queries bigint not null,
  run_ms double precision not null,
  rows bigint not null,
  raw_bytes bigint not null
) with (fillfactor=70);

create table sluice.tenants (
  name text not null,
  created_at timestamp with time zone not null default now()
);

create table sluice.watched (
  query_id uuid not null,
  abandon_at timestamp with time zone not null,
  abandon_after_seconds integer not null
) with (fillfactor=50);

create table sluice.webhook_secrets (
  webhook text not null,
  secret text not null,
  previous_secret text,
  previous_until timestamp with time zone
);

create table sluice.webhooks (
  name text not null,
  tenant text not null default 'default'::text,
  description text not null default ''::text,
  url text not null,
  events text[] not null default '{query.succeeded,query.failed,query.canceled,query.timed_out,alert.firing,alert.resolved}'::text[],
  lanes text[],
  enabled boolean not null default true,
  disable_after_seconds integer not null default 432000,
  disabled_at timestamp with time zone,
  disabled_reason text,
  failing_since timestamp with time zone,
  last_success_at timestamp with time zone,
  not_before timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  last_failure_at timestamp with time zone,
  failing_anew_since timestamp with time zone
);

create table sluice.workers (
  id uuid not null,
  host text not null,
  pid integer not null,
  version text not null,
  lanes text[],
  slots integer not null,
  pool_id text,
  started_at timestamp with time zone not null default now(),
  heartbeat_at timestamp with time zone not null default now(),
  draining boolean not null default false,
  stopped_at timestamp with time zone,
  lease_seconds integer not null default 15,
  sessions jsonb not null default '[]'::jsonb,
  rss_bytes bigint,
  stats jsonb not null default '{}'::jsonb,
  supervisor_pid integer,
  drain_reason text
) with (fillfactor=50);

alter table sluice.alert_rules add constraint alert_rules_pkey PRIMARY KEY (name);
alter table sluice.alert_rules add constraint alert_rules_comparison_check CHECK ((comparison = ANY (ARRAY['above'::text, 'below'::text])));
alter table sluice.alert_rules add constraint alert_rules_for_seconds_check CHECK (((for_seconds >= 0) AND (for_seconds <= 86400)));
alter table sluice.alert_rules add constraint alert_rules_least_samples_check CHECK ((least_samples > 0));
alter table sluice.alert_rules add constraint alert_rules_measure_check CHECK ((measure = ANY (ARRAY['failure_rate'::text, 'queue_depth'::text, 'oldest_wait_seconds'::text, 'workers'::text, 'store_latency_seconds'::text, 'storage_bytes'::text, 'corrupt_chunks'::text, 'beat_age_seconds'::text, 'failed_fires'::text, 'broken_schedules'::text])));
alter table sluice.alert_rules add constraint alert_rules_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text));
alter table sluice.alert_rules add constraint alert_rules_threshold_finite CHECK (((threshold > '-Infinity'::double precision) AND (threshold < 'Infinity'::double precision)));
alter table sluice.alert_rules add constraint alert_rules_window_seconds_check CHECK (((window_seconds >= 60) AND (window_seconds <= 86400)));
alter table sluice.alerts add constraint alerts_pkey PRIMARY KEY (id);
alter table sluice.alerts add constraint alerts_rule_fkey FOREIGN KEY (rule) REFERENCES sluice.alert_rules(name) ON UPDATE CASCADE ON DELETE CASCADE;
alter table sluice.alerts add constraint alerts_fired_before_resolved CHECK (((resolved_at IS NULL) OR (fired_at IS NOT NULL)));
alter table sluice.audit add constraint audit_pkey PRIMARY KEY (id);
alter table sluice.audit add constraint audit_action_check CHECK ((action ~ '^[a-z]+\.[a-z_]+$'::text));
alter table sluice.audit add constraint audit_actor_check CHECK ((actor <> ''::text));
alter table sluice.beat add constraint beat_pkey PRIMARY KEY (only_row);
alter table sluice.beat add constraint beat_only_row_check CHECK (only_row);
alter table sluice.chunks add constraint chunks_pkey PRIMARY KEY (query_id, token, n, expires_on);
alter table sluice.chunks add constraint chunks_checksum_check CHECK (((checksum >= 0) AND (checksum <= '4294967295'::bigint)));
alter table sluice.chunks add constraint chunks_place CHECK ((num_nulls(segment, object_offset, stored_bytes) =
CASE
    WHEN (data IS NULL) THEN 0
    ELSE 3
END));
alter table sluice.chunks add constraint chunks_raw_bytes_check CHECK ((raw_bytes >= 0));
alter table sluice.chunks add constraint chunks_rows_check CHECK ((rows >= 0));
alter table sluice.corrupt_chunks add constraint corrupt_chunks_pkey PRIMARY KEY (query_id, n);
alter table sluice.cost_rates add constraint cost_rates_pkey PRIMARY KEY (tenant, lane, source);
alter table sluice.cost_rates add constraint cost_rates_per_gib_check CHECK ((per_gib >= (0)::numeric));
alter table sluice.cost_rates add constraint cost_rates_per_query_check CHECK ((per_query >= (0)::numeric));
alter table sluice.cost_rates add constraint cost_rates_per_second_check CHECK ((per_second >= (0)::numeric));
alter table sluice.deliveries add constraint deliveries_pkey PRIMARY KEY (id);
alter table sluice.deliveries add constraint deliveries_webhook_fkey FOREIGN KEY (webhook) REFERENCES sluice.webhooks(name) ON UPDATE CASCADE ON DELETE CASCADE;
alter table sluice.deliveries add constraint deliveries_pending_until_finished CHECK ((((state = 'pending'::text) = (finished_at IS NULL)) AND ((state = 'pending'::text) = (next_attempt_at IS NOT NULL))));
alter table sluice.deliveries add constraint deliveries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])));
alter table sluice.dropped_objects add constraint dropped_objects_pkey PRIMARY KEY (bucket, object_prefix);
alter table sluice.fingerprints add constraint fingerprints_pkey PRIMARY KEY (fingerprint);
alter table sluice.fire_totals add constraint fire_totals_pkey PRIMARY KEY (id);
alter table sluice.fires add constraint fires_pkey PRIMARY KEY (schedule, fire_at);
alter table sluice.fires add constraint fires_schedule_fkey FOREIGN KEY (schedule) REFERENCES sluice.schedules(name) ON UPDATE CASCADE ON DELETE CASCADE;
alter table sluice.fires add constraint fires_kind_check CHECK ((kind = ANY (ARRAY['scheduled'::text, 'manual'::text])));
alter table sluice.fires add constraint fires_missed_check CHECK ((missed >= 0));
alter table sluice.fires add constraint fires_outcome_check CHECK ((outcome = ANY (ARRAY['waiting'::text, 'submitted'::text, 'skipped'::text, 'missed'::text, 'refused'::text])));
alter table sluice.fires add constraint fires_submitted_with_query CHECK (((outcome = 'submitted'::text) = (query_id IS NOT NULL)));
alter table sluice.history add constraint history_pkey PRIMARY KEY (query_id);
alter table sluice.history_labels add constraint history_labels_pkey PRIMARY KEY (label, query_id);
alter table sluice.idempotency_keys add constraint idempotency_keys_pkey PRIMARY KEY (tenant, key);
alter table sluice.idempotency_keys add constraint idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)));
alter table sluice.installation add constraint installation_pkey PRIMARY KEY (id);
alter table sluice.lanes add constraint lanes_pkey PRIMARY KEY (name);
alter table sluice.lanes add constraint lanes_archive_after_days_check CHECK ((archive_after_days > 0));
alter table sluice.lanes add constraint lanes_byte_limit_check CHECK ((byte_limit > 0));
alter table sluice.lanes add constraint lanes_byte_limit_within_max CHECK ((byte_limit <= max_byte_limit));
alter table sluice.lanes add constraint lanes_concurrency_check CHECK (((concurrency >= 1) AND (concurrency <= 10000)));
alter table sluice.lanes add constraint lanes_max_attempts_check CHECK (((max_attempts >= 1) AND (max_attempts <= 100)));
alter table sluice.lanes add constraint lanes_max_byte_limit_check CHECK ((max_byte_limit > 0));
alter table sluice.lanes add constraint lanes_max_queued_check CHECK ((max_queued > 0));
alter table sluice.lanes add constraint lanes_max_row_limit_check CHECK ((max_row_limit > 0));
alter table sluice.lanes add constraint lanes_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text));
alter table sluice.lanes add constraint lanes_queue_timeout_seconds_check CHECK ((queue_timeout_seconds > 0));
alter table sluice.lanes add constraint lanes_row_limit_check CHECK ((row_limit > 0));
alter table sluice.lanes add constraint lanes_row_limit_within_max CHECK ((row_limit <= max_row_limit));
alter table sluice.lanes add constraint lanes_s3_above_bytes_check CHECK ((s3_above_bytes >= 0));
alter table sluice.lanes add constraint lanes_timeout_seconds_check CHECK ((timeout_seconds > 0));
alter table sluice.lanes add constraint lanes_timeout_within_max CHECK (((timeout_seconds <= max_timeout_seconds) AND (max_timeout_seconds <= 2000000)));
alter table sluice.lanes add constraint lanes_ttl_seconds_check CHECK ((ttl_seconds > 0));
alter table sluice.lanes add constraint lanes_ttl_within_max CHECK (((ttl_seconds <= max_ttl_seconds) AND (max_ttl_seconds <= 31536000)));
alter table sluice.leases add constraint leases_pkey PRIMARY KEY (query_id);
alter table sluice.migrations add constraint migrations_pkey PRIMARY KEY (name);
alter table sluice.migrations_lock add constraint migrations_lock_pkey PRIMARY KEY (id);
alter table sluice.orphans add constraint orphans_pkey PRIMARY KEY (id);
alter table sluice.orphans add constraint orphans_identified CHECK (((num_nulls(pid, backend_start) <> 1) AND (num_nonnulls(pid, application_name) > 0)));
alter table sluice.plans add constraint plans_pkey PRIMARY KEY (query_id, attempt);
alter table sluice.queries add constraint queries_pkey PRIMARY KEY (id);
alter table sluice.queries add constraint queries_consistent CHECK ((((priority >= 1) AND (priority <= 9)) AND ((max_attempts >= 1) AND (max_attempts <= 100)) AND
CASE state
    WHEN 'queued'::text THEN (num_nonnulls(started_at, finished_at, lease_token, worker_id, error) = 0)
    WHEN 'running'::text THEN ((num_nulls(started_at, lease_token, worker_id) = 0) AND (num_nonnulls(finished_at, error) = 0))
    WHEN 'canceling'::text THEN ((num_nulls(started_at, lease_token, worker_id, cancel_requested_at) = 0) AND (num_nonnulls(finished_at, error) = 0))
    WHEN 'succeeded'::text THEN ((num_nulls(started_at, finished_at, lease_token) = 0) AND (error IS NULL))
    WHEN 'failed'::text THEN (num_nulls(finished_at, error) = 0)
    WHEN 'timed_out'::text THEN (num_nulls(finished_at, error) = 0)
    WHEN 'canceled'::text THEN (num_nulls(finished_at, cancel_requested_at) = 0)
    ELSE false
END));
alter table sluice.query_events add constraint query_events_pkey PRIMARY KEY (query_id, id);
alter table sluice.query_events add constraint query_events_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'canceling'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text, 'timed_out'::text])));
alter table sluice.queue add constraint queue_pkey PRIMARY KEY (query_id);
alter table sluice.repeatable_migrations add constraint repeatable_migrations_pkey PRIMARY KEY (name);
alter table sluice.result_copies add constraint result_copies_pkey PRIMARY KEY (query_id);
alter table sluice.result_readers add constraint result_readers_pkey PRIMARY KEY (query_id, reader_id);
alter table sluice.results add constraint results_pkey PRIMARY KEY (query_id);
alter table sluice.results add constraint results_limiting_factor_check CHECK ((limiting_factor = ANY (ARRAY['row_limit'::text, 'byte_limit'::text])));
alter table sluice.results add constraint results_place CHECK ((((inline_chunk IS NULL) OR ((chunks = 1) AND complete AND (inline_checksum IS NOT NULL) AND (bucket IS NULL))) AND ((bucket IS NULL) = (object_prefix IS NULL))));
alter table sluice.schedules add constraint schedules_pkey PRIMARY KEY (name);
alter table sluice.schedules add constraint schedules_anchor_at_check CHECK (((anchor_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (anchor_at < '10000-01-01 00:00:00+00'::timestamp with time zone)));
alter table sluice.schedules add constraint schedules_byte_limit_check CHECK ((byte_limit > 0));
alter table sluice.schedules add constraint schedules_catch_up_limit_check CHECK (((catch_up_limit >= 1) AND (catch_up_limit <= 1000)));
alter table sluice.schedules add constraint schedules_cron_check CHECK ((cron ~* '^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|\S+( \S+){4,5})$'::text));
alter table sluice.schedules add constraint schedules_cron_or_interval CHECK ((num_nonnulls(cron, interval_seconds) = 1));
alter table sluice.schedules add constraint schedules_interval_at_most CHECK ((interval_seconds <= 315360000));
alter table sluice.schedules add constraint schedules_interval_seconds_check CHECK ((interval_seconds > 0));
alter table sluice.schedules add constraint schedules_labels_are_texts CHECK ((NOT (labels @? 'strict $.*?(@.type() != "string")'::jsonpath)));
alter table sluice.schedules add constraint schedules_labels_check CHECK ((jsonb_typeof(labels) = 'object'::text));
alter table sluice.schedules add constraint schedules_max_attempts_check CHECK (((max_attempts >= 1) AND (max_attempts <= 100)));
alter table sluice.schedules add constraint schedules_misfire_grace_seconds_check CHECK (((misfire_grace_seconds >= 1) AND (misfire_grace_seconds <= 86400)));
alter table sluice.schedules add constraint schedules_misfire_policy_check CHECK ((misfire_policy = ANY (ARRAY['skip'::text, 'one'::text, 'all'::text])));
alter table sluice.schedules add constraint schedules_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text));
alter table sluice.schedules add constraint schedules_overlap_policy_check CHECK ((overlap_policy = ANY (ARRAY['skip'::text, 'queue'::text, 'cancel'::text, 'allow'::text])));
alter table sluice.schedules add constraint schedules_params_check CHECK ((jsonb_typeof(params) = 'array'::text));
alter table sluice.schedules add constraint schedules_priority_check CHECK (((priority >= 1) AND (priority <= 9)));
alter table sluice.schedules add constraint schedules_queue_timeout_seconds_check CHECK ((queue_timeout_seconds > 0));
alter table sluice.schedules add constraint schedules_row_limit_check CHECK ((row_limit > 0));
alter table sluice.schedules add constraint schedules_sql_check CHECK (((sql ~ '\S'::text) AND (octet_length(sql) <= 1048576)));
alter table sluice.schedules add constraint schedules_timeout_seconds_check CHECK ((timeout_seconds > 0));
alter table sluice.schedules add constraint schedules_ttl_seconds_check CHECK ((ttl_seconds > 0));
alter table sluice.schedules add constraint schedules_webhooks_are_names CHECK (
CASE
    WHEN (array_ndims(webhooks) > 1) THEN false
    ELSE (array_position(webhooks, NULL::text) IS NULL)
END);
alter table sluice.source_secrets add constraint source_secrets_pkey PRIMARY KEY (source);
alter table sluice.source_secrets add constraint source_secrets_source_fkey FOREIGN KEY (source) REFERENCES sluice.sources(name) ON UPDATE CASCADE ON DELETE CASCADE;
alter table sluice.sources add constraint sources_pkey PRIMARY KEY (name);
alter table sluice.sources add constraint sources_database_check CHECK ((database <> ''::text));
alter table sluice.sources add constraint sources_host_check CHECK ((host <> ''::text));
alter table sluice.sources add constraint sources_kind_check CHECK ((kind = 'postgresql'::text));
alter table sluice.sources add constraint sources_max_connections_check CHECK (((max_connections >= 1) AND (max_connections <= 10000)));
alter table sluice.sources add constraint sources_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text));
alter table sluice.sources add constraint sources_port_check CHECK (((port >= 1) AND (port <= 65535)));
alter table sluice.sources add constraint sources_tls_check CHECK ((tls = ANY (ARRAY['disable'::text, 'require'::text, 'verify-full'::text])));
alter table sluice.sources add constraint sources_username_check CHECK ((username <> ''::text));
alter table sluice.statements add constraint statements_pkey PRIMARY KEY (id);
alter table sluice.statistics_gauges add constraint statistics_gauges_pkey PRIMARY KEY (minute, lane);
alter table sluice.statistics_minutes add constraint statistics_minutes_pkey PRIMARY KEY (minute, lane);
alter table sluice.statistics_outcomes add constraint statistics_outcomes_pkey PRIMARY KEY (lane, state, code);
alter table sluice.statistics_state add constraint statistics_state_pkey PRIMARY KEY (only_row);
alter table sluice.statistics_state add constraint statistics_state_only_row_check CHECK (only_row);
alter table sluice.statistics_statements add constraint statistics_statements_pkey PRIMARY KEY (hour, fingerprint);
alter table sluice.statistics_storage add constraint statistics_storage_pkey PRIMARY KEY (minute);
alter table sluice.statistics_totals add constraint statistics_totals_pkey PRIMARY KEY (lane);
alter table sluice.statistics_usage add constraint statistics_usage_pkey PRIMARY KEY (day, tenant, lane, source, label);
alter table sluice.tenants add constraint tenants_pkey PRIMARY KEY (name);
alter table sluice.tenants add constraint tenants_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text));
alter table sluice.watched add constraint watched_pkey PRIMARY KEY (query_id);
alter table sluice.watched add constraint watched_abandon_after_seconds_check CHECK ((abandon_after_seconds > 0));
alter table sluice.webhook_secrets add constraint webhook_secrets_pkey PRIMARY KEY (webhook);
alter table sluice.webhook_secrets add constraint webhook_secrets_webhook_fkey FOREIGN KEY (webhook) REFERENCES sluice.webhooks(name) ON UPDATE CASCADE ON DELETE CASCADE;
alter table sluice.webhook_secrets add constraint webhook_secrets_secret_check CHECK ((secret ~ '^whsec_'::text));
alter table sluice.webhooks add constraint webhooks_pkey PRIMARY KEY (name);
alter table sluice.webhooks add constraint webhooks_disable_after_seconds_check CHECK ((disable_after_seconds > 0));
alter table sluice.webhooks add constraint webhooks_events_check CHECK (((cardinality(events) > 0) AND (events <@ '{query.succeeded,query.failed,query.canceled,query.timed_out,alert.firing,alert.resolved}'::text[])));
alter table sluice.webhooks add constraint webhooks_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text));
alter table sluice.webhooks add constraint webhooks_url_check CHECK (((url ~ '^https?://[^/]'::text) AND (length(url) <= 2000)));
alter table sluice.workers add constraint workers_pkey PRIMARY KEY (id);
alter table sluice.workers add constraint workers_lease_seconds_check CHECK (((lease_seconds >= 3) AND (lease_seconds <= 3600)));
alter table sluice.workers add constraint workers_slots_check CHECK ((slots > 0));

CREATE UNIQUE INDEX alerts_open ON sluice.alerts USING btree (rule, subject) WHERE (resolved_at IS NULL);
CREATE INDEX audit_target ON sluice.audit USING btree (target, id) WHERE (target IS NOT NULL);
CREATE INDEX deliveries_due ON sluice.deliveries USING btree (webhook, next_attempt_at) WHERE (state = 'pending'::text);
CREATE INDEX deliveries_of_query ON sluice.deliveries USING btree (query_id) WHERE (query_id IS NOT NULL);
CREATE INDEX deliveries_of_webhook ON sluice.deliveries USING btree (webhook, id);
CREATE INDEX fires_failed ON sluice.fires USING btree (finished_at) WHERE (query_state = ANY (ARRAY['failed'::text, 'timed_out'::text]));
CREATE INDEX fires_open ON sluice.fires USING btree (schedule, fire_at) WHERE ((outcome = 'submitted'::text) AND (finished_at IS NULL));
CREATE INDEX fires_query ON sluice.fires USING btree (query_id) WHERE (query_id IS NOT NULL);
CREATE INDEX fires_refused ON sluice.fires USING btree (decided_at) WHERE (outcome = 'refused'::text);
CREATE INDEX fires_waiting ON sluice.fires USING btree (schedule, fire_at) WHERE (outcome = 'waiting'::text);
CREATE INDEX history_code ON sluice.history USING btree (code, query_id) WHERE (code IS NOT NULL);
CREATE INDEX history_finished_at ON sluice.history USING brin (finished_at) WITH (pages_per_range='32');
CREATE INDEX history_labels_query ON sluice.history_labels USING btree (query_id);
CREATE INDEX history_lane ON sluice.history USING btree (lane, query_id) WHERE (lane <> 'default'::text);
CREATE INDEX history_source ON sluice.history USING btree (source, query_id) WHERE (source <> 'default'::text);
CREATE INDEX history_state ON sluice.history USING btree (state, query_id) WHERE (state <> 'succeeded'::text);
CREATE INDEX history_statement ON sluice.history USING btree (statement_id, query_id);
CREATE INDEX history_tenant ON sluice.history USING btree (tenant, query_id);
CREATE INDEX history_worker ON sluice.history USING btree (worker_id, query_id) WHERE (worker_id IS NOT NULL);
CREATE INDEX idempotency_keys_age ON sluice.idempotency_keys USING btree (created_at);
CREATE UNIQUE INDEX installation_is_one ON sluice.installation USING btree ((true));
CREATE INDEX leases_lane ON sluice.leases USING btree (lane);
CREATE INDEX orphans_due ON sluice.orphans USING btree (try_at);
CREATE INDEX orphans_of_worker ON sluice.orphans USING btree (worker_id, source);
CREATE INDEX queries_labels ON sluice.queries USING gin (labels jsonb_path_ops) WHERE (labels <> '{}'::jsonb);
CREATE INDEX queries_retry_of ON sluice.queries USING btree (retry_of) WHERE (retry_of IS NOT NULL);
CREATE UNIQUE INDEX query_events_id ON sluice.query_events USING btree (id);
CREATE INDEX queue_delayed ON sluice.queue USING btree (lane, run_at) WHERE delayed;
CREATE INDEX queue_next ON sluice.queue USING btree (lane, priority, queue_order) WHERE (NOT delayed);
CREATE INDEX queue_timeouts ON sluice.queue USING btree (queue_timeout_at) WHERE (queue_timeout_at IS NOT NULL);
CREATE INDEX results_expiry ON sluice.results USING btree (expires_at);
CREATE INDEX schedules_due ON sluice.schedules USING btree ((next_fires[1])) WHERE ((NOT paused) AND (problem IS NULL));
CREATE INDEX statements_digest ON sluice.statements USING btree (digest);
CREATE INDEX statements_fingerprint ON sluice.statements USING btree (fingerprint);
CREATE INDEX statements_folded ON sluice.statements USING gin (folded gin_trgm_ops);
CREATE INDEX watched_due ON sluice.watched USING btree (abandon_at);
CREATE INDEX webhooks_enabled ON sluice.webhooks USING btree (name) WHERE enabled;
CREATE INDEX workers_alive ON sluice.workers USING btree (id) WHERE (stopped_at IS NULL);

create view sluice.attempts as
 SELECT started.query_id,
    started.attempt,
    started.worker_id,
    started.at AS started_at,
    ended.at AS finished_at,
        CASE
            WHEN (ended.state IS NULL) THEN 'running'::text
            WHEN (ended.state <> 'queued'::text) THEN ended.state
            WHEN (ended.reason = ANY (ARRAY['interrupted'::text, 'worker_lost'::text])) THEN ended.reason
            ELSE 'tried_again'::text
        END AS outcome,
        CASE
            WHEN (ended.state = 'queued'::text) THEN ended.error
            ELSE queries.error
        END AS error
   FROM ((sluice.query_events started
     JOIN sluice.queries ON ((queries.id = started.query_id)))
     LEFT JOIN LATERAL ( SELECT later.state,
            later.reason,
            later.at,
            later.error
           FROM sluice.query_events later
          WHERE ((later.query_id = started.query_id) AND (later.id > started.id) AND (later.state <> ALL (ARRAY['running'::text, 'canceling'::text])))
          ORDER BY later.id
         LIMIT 1) ended ON (true))
  WHERE ((started.state = 'running'::text) AND (started.reason IS NULL));

create view sluice.backlog as
 SELECT lanes.name AS lane,
    (LEAST((COALESCE(held.running, (0)::bigint) +
        CASE
            WHEN lanes.paused THEN (0)::bigint
            ELSE COALESCE(counted.waiting, (0)::bigint)
        END), GREATEST((lanes.concurrency)::bigint, COALESCE(held.running, (0)::bigint))))::integer AS backlog
   FROM ((sluice.lanes
     LEFT JOIN ( SELECT queue.lane,
            count(*) AS waiting
           FROM sluice.queue
          WHERE ((queue.run_at IS NULL) OR (queue.run_at <= now()))
          GROUP BY queue.lane) counted ON ((counted.lane = lanes.name)))
     LEFT JOIN ( SELECT leases.lane,
            count(*) AS running
           FROM sluice.leases
          GROUP BY leases.lane) held ON ((held.lane = lanes.name)));

create view sluice.chunk_partitions as
 SELECT partition.name,
    partition.expires_on,
        CASE
            WHEN (NOT partition.attached) THEN 'detached'::text
            WHEN (partition.expires_on < ((now() AT TIME ZONE 'UTC'::text))::date) THEN 'expired'::text
            ELSE 'in use'::text
        END AS state,
    COALESCE(results.results, (0)::bigint) AS results,
    COALESCE(results.stored_bytes, (0)::bigint) AS stored_bytes,
    partition.disk_bytes
   FROM (( SELECT (pg_class.relname)::text AS name,
            to_date("substring"((pg_class.relname)::text, '\d{8}$'::text), 'YYYYMMDD'::text) AS expires_on,
            ((pg_inherits.inhrelid IS NOT NULL) AND (NOT COALESCE(pg_inherits.inhdetachpending, false))) AS attached,
            pg_total_relation_size((pg_class.oid)::regclass) AS disk_bytes
           FROM (pg_class
             LEFT JOIN pg_inherits ON ((pg_inherits.inhrelid = pg_class.oid)))
          WHERE ((pg_class.relnamespace = ('sluice'::regnamespace)::oid) AND (pg_class.relkind = 'r'::"char") AND (pg_class.relname ~ '^chunks_\d{8}$'::text))) partition
     LEFT JOIN ( SELECT results_1.expires_on,
            count(*) AS results,
            (sum(results_1.stored_bytes))::bigint AS stored_bytes
           FROM sluice.results results_1
          WHERE ((results_1.bucket IS NULL) AND (results_1.inline_chunk IS NULL))
          GROUP BY results_1.expires_on) results USING (expires_on));

create view sluice.costs as
 SELECT used.day,
    used.tenant,
    used.lane,
    used.source,
    NULLIF(used.label, ''::text) AS label,
    used.queries,
    (used.run_ms / (1000)::double precision) AS seconds,
    used.rows,
    used.raw_bytes AS bytes,
    round((((rate.per_query * (used.queries)::numeric) + (rate.per_second * ((used.run_ms / (1000)::double precision))::numeric)) + ((rate.per_gib * (used.raw_bytes)::numeric) / (1073741824)::numeric)), 6) AS cost
   FROM (sluice.statistics_usage used
     LEFT JOIN LATERAL ( SELECT cost_rates.per_query,
            cost_rates.per_second,
            cost_rates.per_gib
           FROM sluice.cost_rates
          WHERE ((cost_rates.tenant = ANY (ARRAY[used.tenant, '*'::text])) AND (cost_rates.lane = ANY (ARRAY[used.lane, '*'::text])) AND (cost_rates.source = ANY (ARRAY[used.source, '*'::text])))
          ORDER BY (cost_rates.tenant = '*'::text), (cost_rates.lane = '*'::text), (cost_rates.source = '*'::text)
         LIMIT 1) rate ON (true));

create view sluice.failures as
 SELECT counted.lane,
    counted.source,
    counted.state,
    counted.code,
    counted.sqlstate,
    counted.queries,
    counted.first_at,
    counted.last_at,
    counted.last_query_id,
    (last.error ->> 'message'::text) AS last_message,
    last.sql AS last_sql,
    substr(last.traceparent, 4, 32) AS last_trace_id
   FROM (( SELECT history.lane,
            history.source,
            history.state,
            history.code,
            history.sqlstate,
            count(*) AS queries,
            min(history.finished_at) AS first_at,
            max(history.finished_at) AS last_at,
            (array_agg(history.query_id ORDER BY history.finished_at DESC))[1] AS last_query_id
           FROM sluice.history
          WHERE ((history.state = ANY (ARRAY['failed'::text, 'timed_out'::text])) AND (history.finished_at > (now() - '24:00:00'::interval)))
          GROUP BY history.lane, history.source, history.state, history.code, history.sqlstate) counted
     LEFT JOIN sluice.queries last ON ((last.id = counted.last_query_id)))
  ORDER BY counted.queries DESC, counted.last_at DESC;

create view sluice.lanes_live as
 SELECT lanes.name AS lane,
    lanes.paused,
    lanes.concurrency,
    (COALESCE(held.running, (0)::bigint))::integer AS running,
    COALESCE(counted.waiting, (0)::bigint) AS waiting,
    COALESCE(counted.scheduled, (0)::bigint) AS scheduled,
    (COALESCE(EXTRACT(epoch FROM (now() - LEAST(oldest.since, counted.due))), (0)::numeric))::double precision AS oldest_wait_seconds,
    lanes.max_queued,
    (COALESCE(serving.slots, (0)::bigint))::integer AS slots
   FROM ((((sluice.lanes
     LEFT JOIN ( SELECT queue.lane,
            count(*) FILTER (WHERE ((queue.run_at IS NULL) OR (queue.run_at <= now()))) AS waiting,
            count(*) FILTER (WHERE (queue.run_at > now())) AS scheduled,
            min(queue.run_at) FILTER (WHERE (queue.run_at <= now())) AS due
           FROM sluice.queue
          GROUP BY queue.lane) counted ON ((counted.lane = lanes.name)))
     LEFT JOIN LATERAL ( SELECT min(queries.submitted_at) AS since
           FROM ((generate_series(1, 9) each(priority)
             CROSS JOIN LATERAL ( SELECT queue.query_id
                   FROM sluice.queue
                  WHERE ((queue.lane = lanes.name) AND (queue.priority = each.priority) AND (NOT queue.delayed) AND (queue.run_at IS NULL))
                  ORDER BY queue.queue_order
                 LIMIT 1) first)
             JOIN sluice.queries ON ((queries.id = first.query_id)))
          WHERE (counted.waiting > 0)) oldest ON (true))
     LEFT JOIN ( SELECT leases.lane,
            count(*) AS running
           FROM sluice.leases
          GROUP BY leases.lane) held ON ((held.lane = lanes.name)))
     LEFT JOIN LATERAL ( SELECT sum(workers.slots) AS slots
           FROM sluice.workers
          WHERE ((workers.stopped_at IS NULL) AND (NOT workers.draining) AND (workers.heartbeat_at >= (now() - make_interval(secs => (workers.lease_seconds)::double precision))) AND ((workers.lanes IS NULL) OR (lanes.name = ANY (workers.lanes))))) serving ON (true));

create view sluice.overview as
 WITH recent AS (
         SELECT statistics_minutes.minute,
            statistics_minutes.lane,
            statistics_minutes.submitted,
            statistics_minutes.claimed,
            statistics_minutes.succeeded,
            statistics_minutes.failed,
            statistics_minutes.canceled,
            statistics_minutes.timed_out,
            statistics_minutes.rows,
            statistics_minutes.raw_bytes,
            statistics_minutes.wait_ms,
            statistics_minutes.run_ms,
            statistics_minutes.waits,
            statistics_minutes.runs
           FROM sluice.statistics_minutes
          WHERE (statistics_minutes.minute > (now() - '00:05:00'::interval))
        ), summed AS (
         SELECT (COALESCE(sum(recent.submitted), (0)::numeric))::bigint AS submitted,
            (COALESCE(sum(recent.succeeded), (0)::numeric))::bigint AS succeeded,
            (COALESCE(sum(recent.failed), (0)::numeric))::bigint AS failed,
            (COALESCE(sum(recent.canceled), (0)::numeric))::bigint AS canceled,
            (COALESCE(sum(recent.timed_out), (0)::numeric))::bigint AS timed_out,
            (COALESCE(sum(recent.rows), (0)::numeric))::bigint AS rows,
            (COALESCE(sum(recent.raw_bytes), (0)::numeric))::bigint AS bytes,
            sluice.sum_counts(recent.waits) AS waits,
            sluice.sum_counts(recent.runs) AS runs
           FROM recent
        )
 SELECT now() AS at,
    ( SELECT NULLIF(statistics_state.counted_until, '-infinity'::timestamp with time zone) AS "nullif"
           FROM sluice.statistics_state) AS counted_until,
    summed.submitted,
    summed.succeeded,
    summed.failed,
    summed.canceled,
    summed.timed_out,
    (((summed.failed + summed.timed_out))::double precision / (NULLIF((((summed.succeeded + summed.failed) + summed.canceled) + summed.timed_out), 0))::double precision) AS failure_rate,
    summed.rows,
    summed.bytes,
    sluice.histogram_quantile(summed.waits, (0.5)::double precision) AS wait_ms_p50,
    sluice.histogram_quantile(summed.waits, (0.95)::double precision) AS wait_ms_p95,
    sluice.histogram_quantile(summed.waits, (0.99)::double precision) AS wait_ms_p99,
    sluice.histogram_quantile(summed.runs, (0.5)::double precision) AS run_ms_p50,
    sluice.histogram_quantile(summed.runs, (0.95)::double precision) AS run_ms_p95,
    sluice.histogram_quantile(summed.runs, (0.99)::double precision) AS run_ms_p99,
    stored.results_bytes,
    stored.database_bytes,
    stored.minute AS looked_at,
    beat.worker_id AS beat_worker_id,
    beat.ticked_at AS beat_ticked_at
   FROM ((summed
     CROSS JOIN sluice.beat)
     LEFT JOIN LATERAL ( SELECT statistics_storage.minute,
            statistics_storage.results_bytes,
            statistics_storage.database_bytes
           FROM sluice.statistics_storage
          ORDER BY statistics_storage.minute DESC
         LIMIT 1) stored ON (true));

create view sluice.queue_live as
 SELECT queue.query_id,
    queue.lane,
    queue.tenant,
    queue.source,
    queue.priority,
        CASE
            WHEN (queue.run_at > now()) THEN 'scheduled'::text
            ELSE 'waiting'::text
        END AS status,
        CASE
            WHEN (NOT COALESCE((queue.run_at > now()), false)) THEN row_number() OVER (PARTITION BY queue.lane, COALESCE((queue.run_at > now()), false) ORDER BY queue.priority, queue.queue_order)
            ELSE NULL::bigint
        END AS "position",
    queries.submitted_at,
    queue.run_at,
    (GREATEST((0)::numeric, EXTRACT(epoch FROM (now() - GREATEST(queries.submitted_at, queue.run_at)))))::double precision AS waiting_seconds,
    queue.queue_timeout_at,
    queries.attempt,
    queries.labels,
    queries.sql,
    substr(queries.traceparent, 4, 32) AS trace_id
   FROM (sluice.queue
     JOIN sluice.queries ON ((queries.id = queue.query_id)));

create view sluice.result_usage as
 SELECT tenant,
    lane,
    store,
    age,
    count(*) AS results,
    (sum(rows))::bigint AS rows,
    (sum(raw_bytes))::bigint AS raw_bytes,
    (sum(stored_bytes))::bigint AS stored_bytes
   FROM ( SELECT queries.tenant,
            queries.lane,
                CASE
                    WHEN (results.bucket IS NOT NULL) THEN 's3'::text
                    WHEN (results.inline_chunk IS NOT NULL) THEN 'manifest'::text
                    ELSE 'postgresql'::text
                END AS store,
                CASE
                    WHEN (results.created_at > (now() - '01:00:00'::interval)) THEN 'under an hour'::text
                    WHEN (results.created_at > (now() - '1 day'::interval)) THEN 'under a day'::text
                    WHEN (results.created_at > (now() - '7 days'::interval)) THEN 'under a week'::text
                    WHEN (results.created_at > (now() - '30 days'::interval)) THEN 'under a month'::text
                    ELSE 'older'::text
                END AS age,
            results.rows,
            results.raw_bytes,
            results.stored_bytes
           FROM (sluice.results
             JOIN sluice.queries ON ((queries.id = results.query_id)))) kept
  GROUP BY tenant, lane, store, age;

create view sluice.running as
 SELECT leases.query_id,
    queries.state,
    leases.lane,
    leases.tenant,
    leases.source,
    leases.worker_id,
    workers.host AS worker_host,
    queries.attempt,
    queries.started_at,
    (EXTRACT(epoch FROM (now() - queries.started_at)))::double precision AS running_seconds,
    (queries.started_at + make_interval(secs => (queries.timeout_seconds)::double precision)) AS timeout_at,
    COALESCE(results.rows, (0)::bigint) AS rows,
    COALESCE(results.raw_bytes, (0)::bigint) AS bytes,
    COALESCE(results.chunks, 0) AS chunks,
    queries.labels,
    queries.sql,
    substr(queries.traceparent, 4, 32) AS trace_id
   FROM (((sluice.leases
     JOIN sluice.queries ON ((queries.id = leases.query_id)))
     LEFT JOIN sluice.workers ON ((workers.id = leases.worker_id)))
     LEFT JOIN sluice.results ON (((results.query_id = leases.query_id) AND (results.token = leases.token))));

create view sluice.schedules_next as
 SELECT schedules.name AS schedule,
    next.fire_at,
    (EXTRACT(epoch FROM (next.fire_at - now())))::double precision AS in_seconds,
    next.place,
    schedules.time_zone,
    (next.fire_at AT TIME ZONE schedules.time_zone) AS local_time,
    COALESCE(schedules.cron, format('every %s s'::text, schedules.interval_seconds)) AS timing,
    schedules.paused,
    schedules.lane,
    schedules.source,
    last.fire_at AS last_fire_at,
    last.outcome AS last_outcome,
    last.query_id AS last_query_id,
    schedules.problem
   FROM ((sluice.schedules
     LEFT JOIN LATERAL unnest(schedules.next_fires) WITH ORDINALITY next(fire_at, place) ON ((NOT schedules.paused)))
     LEFT JOIN LATERAL ( SELECT fires.fire_at,
            fires.outcome,
            fires.query_id
           FROM sluice.fires
          WHERE (fires.schedule = schedules.name)
          ORDER BY fires.fire_at DESC
         LIMIT 1) last ON (true))
  ORDER BY next.fire_at;

create view sluice.slow_queries as
 WITH used AS (
         SELECT statistics_statements.fingerprint,
            sum(statistics_statements.queries) AS queries,
            sum(statistics_statements.not_succeeded) AS not_succeeded,
            sum(statistics_statements.rows) AS rows,
            sum(statistics_statements.raw_bytes) AS raw_bytes,
            sum(statistics_statements.run_ms) AS run_ms,
            max(statistics_statements.longest_run_ms) AS longest_run_ms,
            (array_agg(statistics_statements.last_query_id ORDER BY statistics_statements.hour DESC))[1] AS last_query_id
           FROM sluice.statistics_statements
          WHERE (statistics_statements.hour > (now() - '24:00:00'::interval))
          GROUP BY statistics_statements.fingerprint
        ), spread AS (
         SELECT counted.fingerprint,
            array_agg(counted."values" ORDER BY counted.bucket) AS runs
           FROM ( SELECT statistics_statements.fingerprint,
                    each.bucket,
                    (sum(each.value))::bigint AS "values"
                   FROM (sluice.statistics_statements
                     CROSS JOIN LATERAL unnest(statistics_statements.runs) WITH ORDINALITY each(value, bucket))
                  WHERE (statistics_statements.hour > (now() - '24:00:00'::interval))
                  GROUP BY statistics_statements.fingerprint, each.bucket) counted
          GROUP BY counted.fingerprint
        )
 SELECT used.fingerprint,
    used.queries,
    used.not_succeeded,
    (used.run_ms / (1000)::double precision) AS total_seconds,
    (used.run_ms / NULLIF(sum(used.run_ms) OVER (), (0)::double precision)) AS share_of_total,
    (used.run_ms / (used.queries)::double precision) AS mean_ms,
    LEAST(sluice.histogram_quantile(spread.runs, (0.95)::double precision), used.longest_run_ms) AS p95_ms,
    used.longest_run_ms AS longest_ms,
    ((used.rows / used.queries))::double precision AS mean_rows,
    used.rows,
    used.raw_bytes AS bytes,
    used.last_query_id,
    fingerprints.normalized AS statement
   FROM ((used
     JOIN spread ON ((spread.fingerprint = used.fingerprint)))
     LEFT JOIN sluice.fingerprints ON ((fingerprints.fingerprint = used.fingerprint)))
  ORDER BY used.run_ms DESC;

create view sluice.sources_live as
 SELECT sources.name AS source,
        CASE
            WHEN ((COALESCE(lately.unreached, (0)::bigint) > 0) AND (COALESCE(lately.reached, (0)::bigint) = 0)) THEN 'failing'::text
            WHEN (COALESCE(lately.unreached, (0)::bigint) > 0) THEN 'unsteady'::text
            WHEN ((COALESCE(lately.reached, (0)::bigint) > 0) OR (COALESCE(held.running, (0)::bigint) > 0)) THEN 'answers'::text
            ELSE 'idle'::text
        END AS health,
    (COALESCE(held.running, (0)::bigint))::integer AS running,
    (COALESCE((alive.workers * sources.max_connections), (0)::bigint))::integer AS most_connections,
    COALESCE(counted.waiting, (0)::bigint) AS waiting,
    COALESCE(lately.ended, (0)::bigint) AS ended,
    COALESCE(lately.failed, (0)::bigint) AS failed,
    COALESCE(lately.unreached, (0)::bigint) AS unreached,
    lately.last_code
   FROM ((((sluice.sources
     LEFT JOIN ( SELECT leases.source,
            count(*) AS running
           FROM sluice.leases
          GROUP BY leases.source) held ON ((held.source = sources.name)))
     LEFT JOIN ( SELECT queue.source,
            count(*) AS waiting
           FROM sluice.queue
          WHERE ((queue.run_at IS NULL) OR (queue.run_at <= now()))
          GROUP BY queue.source) counted ON ((counted.source = sources.name)))
     LEFT JOIN ( SELECT history.source,
            count(*) AS ended,
            count(*) FILTER (WHERE (history.state = ANY (ARRAY['failed'::text, 'timed_out'::text]))) AS failed,
            count(*) FILTER (WHERE (history.code ~~ 'source_%'::text)) AS unreached,
            count(*) FILTER (WHERE ((history.state = 'succeeded'::text) OR (history.code = 'sql_error'::text))) AS reached,
            (array_agg(history.code ORDER BY history.finished_at DESC) FILTER (WHERE (history.code ~~ 'source_%'::text)))[1] AS last_code
           FROM sluice.history
          WHERE (history.finished_at >= (now() - '00:05:00'::interval))
          GROUP BY history.source) lately ON ((lately.source = sources.name)))
     CROSS JOIN ( SELECT count(*) AS workers
           FROM sluice.workers
          WHERE ((workers.stopped_at IS NULL) AND (workers.heartbeat_at >= (now() - make_interval(secs => (workers.lease_seconds)::double precision))))) alive);

create view sluice.stored_chunks as
 SELECT chunks.query_id,
    chunks.n,
    chunks.first_row,
    chunks.rows,
    chunks.raw_bytes,
    COALESCE(chunks.stored_bytes, octet_length(chunks.data)) AS stored_bytes,
    chunks.checksum,
        CASE
            WHEN (chunks.data IS NULL) THEN 's3'::text
            ELSE 'postgresql'::text
        END AS store,
        CASE
            WHEN (chunks.data IS NULL) THEN ((results.object_prefix || chunks.segment) || '.arrows.zst'::text)
            ELSE NULL::text
        END AS object_key,
    chunks.object_offset
   FROM (sluice.results
     JOIN sluice.chunks ON (((chunks.query_id = results.query_id) AND (chunks.token = results.token) AND (chunks.expires_on = results.expires_on))));

create view sluice.stored_results as
 SELECT results.query_id,
    queries.tenant,
    queries.lane,
        CASE
            WHEN (results.bucket IS NOT NULL) THEN 's3'::text
            WHEN (results.inline_chunk IS NOT NULL) THEN 'manifest'::text
            ELSE 'postgresql'::text
        END AS store,
    results.complete,
    results.rows,
    results.chunks,
    results.raw_bytes,
    results.stored_bytes,
    results.limiting_factor,
    results.created_at,
    results.expires_at,
    results.expires_on,
    results.bucket,
    results.object_prefix
   FROM (sluice.results
     JOIN sluice.queries ON ((queries.id = results.query_id)));

create view sluice.throughput as
 SELECT COALESCE(counted.minute, gauges.minute) AS minute,
    COALESCE(counted.lane, gauges.lane) AS lane,
    COALESCE(counted.submitted, (0)::bigint) AS submitted,
    COALESCE(counted.succeeded, (0)::bigint) AS succeeded,
    COALESCE(counted.failed, (0)::bigint) AS failed,
    COALESCE(counted.canceled, (0)::bigint) AS canceled,
    COALESCE(counted.timed_out, (0)::bigint) AS timed_out,
    COALESCE(counted.rows, (0)::bigint) AS rows,
    COALESCE(counted.raw_bytes, (0)::bigint) AS bytes,
    sluice.histogram_quantile(counted.waits, (0.5)::double precision) AS wait_ms_p50,
    sluice.histogram_quantile(counted.waits, (0.95)::double precision) AS wait_ms_p95,
    sluice.histogram_quantile(counted.waits, (0.99)::double precision) AS wait_ms_p99,
    sluice.histogram_quantile(counted.runs, (0.5)::double precision) AS run_ms_p50,
    sluice.histogram_quantile(counted.runs, (0.95)::double precision) AS run_ms_p95,
    sluice.histogram_quantile(counted.runs, (0.99)::double precision) AS run_ms_p99,
    gauges.waiting,
    gauges.running
   FROM (sluice.statistics_minutes counted
     FULL JOIN sluice.statistics_gauges gauges ON (((gauges.minute = counted.minute) AND (gauges.lane = counted.lane))));

create view sluice.workers_live as
 SELECT workers.id,
    workers.host,
    workers.pid,
    workers.version,
        CASE
            WHEN (workers.stopped_at IS NOT NULL) THEN 'stopped'::text
            WHEN (workers.heartbeat_at < (now() - make_interval(secs => (workers.lease_seconds)::double precision))) THEN 'silent'::text
            WHEN workers.draining THEN 'draining'::text
            ELSE 'alive'::text
        END AS status,
    workers.slots,
    (COALESCE(held.busy, (0)::bigint))::integer AS busy,
    COALESCE(workers.lanes, ARRAY( SELECT lanes.name
           FROM sluice.lanes
          ORDER BY lanes.name)) AS lanes,
    workers.rss_bytes,
    workers.started_at,
    workers.heartbeat_at,
    (EXTRACT(epoch FROM (now() - workers.heartbeat_at)))::double precision AS heartbeat_age_seconds,
    workers.stopped_at,
    workers.supervisor_pid,
    workers.drain_reason
   FROM (sluice.workers
     LEFT JOIN ( SELECT leases.worker_id,
            count(*) AS busy
           FROM sluice.leases
          GROUP BY leases.worker_id) held ON ((held.worker_id = workers.id)))
  WHERE ((workers.stopped_at IS NULL) OR (workers.stopped_at > (now() - '1 day'::interval)));

CREATE OR REPLACE FUNCTION sluice.add_counts(a bigint[], b bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select coalesce(array_agg(coalesce(x, 0) + coalesce(y, 0) order by n), '{}')
  from unnest(a, b) with ordinality as each (x, y, n)
$function$;

CREATE OR REPLACE FUNCTION sluice.add_ticket(in_lane text, not_before timestamp with time zone DEFAULT NULL::timestamp with time zone, origin text DEFAULT 'submit'::text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  ticket graphile_worker.job_spec;
begin
  ticket.identifier := 'sluice:lane:' || in_lane;
  ticket.payload := json_build_object('lane', in_lane);
  if not_before > now() then
    ticket.run_at := not_before;
    perform graphile_worker.add_jobs(array[ticket]);
    return;
  end if;

  perform pg_notify('sluice_wake', in_lane);
  ticket.job_key := ticket.identifier || ':' || origin;
  -- What graphile's own functions would find out takes ten times as long.
  perform from graphile_worker._private_jobs where key = ticket.job_key and is_available for share;
  if found then
    return;
  end if;
  ticket.run_at := now() + interval '1 second';
  -- graphile's upsert does nothing if a worker takes the job at this very moment; then it is asked again.
  for i in 1..5 loop
    perform from graphile_worker.add_jobs(array[ticket]);
    if found then
      return;
    end if;
  end loop;
  ticket.job_key := null;
  perform graphile_worker.add_jobs(array[ticket]);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.alert_measure(measure text, window_seconds integer, least_samples integer, at timestamp with time zone)
 RETURNS TABLE(subject text, value double precision)
 LANGUAGE plpgsql
 STABLE
AS $function$
#variable_conflict use_column
begin
  case measure
    when 'failure_rate' then
      -- Statistics come by the minute; the one that is under way counts with what it has.
      return query
        select lane, sum(failed + timed_out)::double precision / sum(succeeded + failed + timed_out)::double precision
        from sluice.throughput
        where minute > alert_measure.at - make_interval(secs => alert_measure.window_seconds) and minute <= alert_measure.at
        group by lane
        having sum(succeeded + failed + timed_out) >= alert_measure.least_samples;
    when 'queue_depth' then
      return query select lane, waiting::double precision from sluice.lanes_live;
    when 'oldest_wait_seconds' then
      return query select lane, oldest_wait_seconds from sluice.lanes_live;
    when 'workers' then
      return query select ''::text, count(*)::double precision from sluice.workers_live where status = 'alive';
    when 'store_latency_seconds' then
      return query
        select 'postgresql'::text, store_latency_seconds from sluice.beat where store_latency_seconds is not null
        union all
        select 's3'::text, max((stats ->> 's3_latency_seconds')::double precision)
        from sluice.workers
        join sluice.workers_live on workers_live.id = workers.id and status in ('alive', 'draining')
        where stats ->> 's3_latency_seconds' is not null
        having count(*) > 0;
    when 'storage_bytes' then
      return query select ''::text, pg_database_size(current_database())::double precision;
    when 'corrupt_chunks' then
      return query
        select ''::text, count(*)::double precision from sluice.corrupt_chunks
        where last_seen_at > alert_measure.at - make_interval(secs => alert_measure.window_seconds);
    when 'beat_age_seconds' then
      return query
        select ''::text, extract(epoch from alert_measure.at - ticked_at)::double precision
        from sluice.beat where ticked_at is not null;
    when 'failed_fires' then
      return query
        select schedule, count(*)::double precision
        from (
          select schedule from sluice.fires
          where outcome = 'refused'
            and decided_at > alert_measure.at - make_interval(secs => alert_measure.window_seconds)
          union all
          select schedule from sluice.fires
          where query_state in ('failed', 'timed_out')
            and finished_at > alert_measure.at - make_interval(secs => alert_measure.window_seconds)
        ) failed
        group by schedule;
    when 'broken_schedules' then
      return query select name, 1::double precision from sluice.schedules where problem is not null and not paused;
  end case;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.alert_rule_removed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  ended sluice.alerts;
begin
  for ended in
    update sluice.alerts set resolved_at = clock_timestamp()
    where rule = old.name and fired_at is not null and resolved_at is null
    returning alerts.*
  loop
    perform sluice.tell_of_alert(ended, 'alert.resolved');
  end loop;
  return old;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.cancel(id uuid, why text DEFAULT NULL::text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  reached text;
begin
  delete from sluice.queue where queue.query_id = cancel.id;
  if found then
    update sluice.queries
    set state = 'canceled', cancel_requested_at = clock_timestamp(), finished_at = clock_timestamp()
    where queries.id = cancel.id and state = 'queued';
    insert into sluice.query_events (query_id, attempt, state, reason)
    select queries.id, attempt, 'canceled', why from sluice.queries where queries.id = cancel.id;
    perform sluice.tell_webhooks(array[cancel.id]);
    perform pg_notify('sluice_done', cancel.id::text);
    perform sluice.note_action('query.cancel', cancel.id::text);
    return 'canceled';
  end if;

  update sluice.queries set state = 'canceling', cancel_requested_at = clock_timestamp()
  where queries.id = cancel.id and state = 'running';
  if found then
    insert into sluice.query_events (query_id, attempt, state, reason)
    select queries.id, attempt, 'canceling', why from sluice.queries where queries.id = cancel.id;
    perform pg_notify('sluice_cancel', cancel.id::text);
    perform sluice.note_action('query.cancel', cancel.id::text);
    return 'canceling';
  end if;

  select state into reached from sluice.queries where queries.id = cancel.id;
  if reached = 'queued' then
    -- It was given back to the queue between the two statements.
    return sluice.cancel(cancel.id, why);
  end if;
  return reached;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.cancel_abandoned()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION sluice.check_schedule(before sluice.schedules, after sluice.schedules)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  known constant text[] := '{fire_at,previous_fire_at,fire_date,schedule}';
  lane sluice.lanes;
  moved constant boolean := after.lane is distinct from before.lane;
  wrong text;
begin
  select * into lane from sluice.lanes where name = after.lane;
  if moved and lane.name is null then
    raise exception 'There is no lane %.', after.lane using errcode = 'SLUIC', detail = 'code: unknown_lane';
  end if;
  if after.source is distinct from before.source
    and not exists (select from sluice.sources where name = after.source)
  then
    raise exception 'There is no source %.', after.source using errcode = 'SLUIC', detail = 'code: unknown_source';
  end if;
  if after.webhooks is distinct from before.webhooks then
    select string_agg(named, ', ') into wrong from unnest(after.webhooks) named
    where not exists (select from sluice.webhooks where name = named and tenant = after.tenant);
    if wrong is not null then
      raise exception 'There is no webhook %.', wrong using errcode = 'SLUIC', detail = 'code: unknown_webhook';
    end if;
  end if;

  select format('%s is %s; lane %s allows at most %s.', field, wanted, after.lane, most) into wrong
  from (values
    ('timeout_seconds', before.timeout_seconds::bigint, after.timeout_seconds::bigint, lane.max_timeout_seconds::bigint),
    ('row_limit', before.row_limit, after.row_limit, lane.max_row_limit),
    ('byte_limit', before.byte_limit, after.byte_limit, lane.max_byte_limit),
    ('ttl_seconds', before.ttl_seconds, after.ttl_seconds, lane.max_ttl_seconds),
    ('max_attempts', before.max_attempts, after.max_attempts, lane.max_attempts)
  ) limits (field, was, wanted, most)
  where wanted > most and (moved or wanted is distinct from was)
  limit 1;
  if wrong is not null then
    raise exception '%', wrong using errcode = 'SLUIC', detail = 'code: limit_above_lane_maximum';
  end if;

  if after.max_attempts > 1
    and (after.max_attempts, after.source) is distinct from (before.max_attempts, before.source)
    and exists (select from sluice.sources where name = after.source and writes)
  then
    wrong := format('max_attempts is %s, but statements of source %s may write, and such are never run twice.',
      after.max_attempts, after.source);
  elsif after.anchor_at is distinct from before.anchor_at
    and not (after.anchor_at >= '1970-01-01 00:00Z' and after.anchor_at < '2200-01-01 00:00Z')
  then
    wrong := 'anchor_at takes a time in the years 1970 to 2199.';
  elsif after.sql is distinct from before.sql
    and after.sql ~ ('\{\{\s*(' || array_to_string(known, '|') || ')\s*\}\}')
  then
    wrong := 'sql must not hold {{…}}: write $1 in it, and "{{fire_at}}" in params.';
  elsif after.params is distinct from before.params and exists (
    select from jsonb_array_elements(after.params) param
    cross join jsonb_path_query(param, 'strict $.**') member
    where jsonb_typeof(member) = 'string' and member #>> '{}' ~ '\{\{\s*\w+\s*\}\}'
      and not coalesce(
        member #>> '{}' = any (select format('{{%s}}', each) from unnest(known) each)
          and (param = member or param ? 'type' and param -> 'value' = member),
        false))
  then
    wrong := format('A parameter with {{…}} must be one of %s and nothing else, or the value of {"type": …, "value": …}.',
      (select string_agg(format('"{{%s}}"', each), ', ') from unnest(known) each));
  end if;
  if wrong is not null then
    raise exception '%', wrong using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.claim(worker uuid, in_lane text, want integer, woken boolean DEFAULT false)
 RETURNS TABLE(query_id uuid, token bigint, attempt integer, source text, sql text, params jsonb, timeout_seconds integer, row_limit bigint, byte_limit bigint, expires_on date, more boolean, traceparent text, tracestate text, explain boolean)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  room integer;
  taken integer;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from sluice.workers where id = worker and stopped_at is null and not draining;
  if not found then
    return;
  end if;
  perform from sluice.queue where lane = in_lane and (not delayed or run_at <= now()) limit 1;
  if not found then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('sluice.lane:' || in_lane, 0));

  select concurrency - (select count(*) from sluice.leases where lane = in_lane) into room
  from sluice.lanes
  where name = in_lane and not paused;
  if room is null or room <= 0 then
    return;
  end if;

  update sluice.queue set delayed = false where lane = in_lane and delayed and run_at <= now();

  return query
  with next as (
    -- Served by index queue_next.
    select query_id from sluice.queue
    where lane = in_lane and not delayed
    order by priority, queue_order
    limit least(want, room)
    for update skip locked
  ),
  taken as (
    delete from sluice.queue using next where queue.query_id = next.query_id returning queue.query_id
  ),
  running as (
    update sluice.queries
    set state = 'running', attempt = queries.attempt + 1,
        -- A crash of the server can take the sequence back to what a run holds that goes on: 20 random bits tell them apart.
        lease_token = nextval('sluice.lease_tokens') * 1048576 + floor(random() * 1048576)::bigint,
        worker_id = worker, started_at = clock_timestamp()
    -- Not a join: planned while the table is empty, that scans the whole index for ever after.
    where queries.id = any (array(select taken.query_id from taken)) and queries.state = 'queued'
    returning queries.id, queries.lease_token, queries.attempt, queries.source, queries.sql, queries.params,
      queries.timeout_seconds, queries.row_limit, queries.byte_limit, queries.started_at, queries.ttl_seconds,
      queries.tenant, queries.priority, queries.queue_order, queries.traceparent, queries.tracestate,
      queries.explain
  ),
  leased as (
    insert into sluice.leases (query_id, token, worker_id, lane, tenant, source)
    select id, lease_token, worker, in_lane, tenant, source from running
  ),
  recorded as (
    insert into sluice.query_events (query_id, attempt, state, worker_id)
    select id, attempt, 'running', worker from running
  )
  select id, lease_token, attempt, source, sql, params, timeout_seconds, row_limit, byte_limit,
    -- A run may end a little after its time: 300 seconds are for that.
    ((started_at + make_interval(secs => timeout_seconds::double precision + ttl_seconds + 300)) at time zone 'UTC')::date,
    count(*) over () >= least(want, room), traceparent, tracestate, explain
  from running
  order by priority, queue_order;
  get diagnostics taken = row_count;

  -- A ticket sends one worker; that one sends the next while there is more to do.
  if woken and taken > 0 and taken < room then
    perform from sluice.queue where lane = in_lane and not delayed limit 1;
    if found then
      perform sluice.add_ticket(in_lane, origin => 'claim');
    end if;
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.count_events(in_seen bigint, in_missing int8multirange, in_writers text[], in_ids int8multirange, in_began timestamp with time zone, whole boolean, texts jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET synchronous_commit TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET join_collapse_limit TO '1'
 SET enable_memoize TO 'off'
AS $function$
declare
  today date := (now() at time zone 'UTC')::date;
  newest timestamptz;
  unknown_texts jsonb;
begin
  insert into sluice.fingerprints (fingerprint, last_seen_on, normalized)
  select (text ->> 'fingerprint')::uuid, today, min(text ->> 'normalized')
  from jsonb_array_elements(texts) text
  group by 1
  on conflict (fingerprint) do nothing;
  insert into sluice.statements (digest, fingerprint, last_seen_on, sql)
  select (text ->> 'digest')::bigint, (text ->> 'fingerprint')::uuid, today, queries.sql
  from jsonb_array_elements(texts) text
  join sluice.queries on queries.id = (text ->> 'query_id')::uuid;

  begin
    with event as materialized (
      select
        each.minute, each.submitted, each.claimed, each.interrupted, each.reaped, each.state, each.at,
        queries.id as query_id, queries.lane, queries.tenant, queries.source, queries.worker_id,
        case jsonb_typeof(queries.labels) when 'object' then queries.labels else '{}' end as labels,
        queries.error ->> 'code' as code, queries.error ->> 'sqlstate' as sqlstate,
        case when each.state is not null then 1000 * extract(epoch from greatest(
          coalesce(queries.started_at, each.at) - greatest(queries.submitted_at, queries.run_at), '0'
        ))::double precision end as wait_ms,
        1000 * extract(epoch from each.at - queries.started_at)::double precision as run_ms,
        coalesce(results.rows, 0) as rows, coalesce(results.raw_bytes, 0) as raw_bytes,
        statements.id as statement_id, statements.fingerprint, statements.last_seen_on
      from (
        select query_id, date_trunc('minute', at) as minute,
          count(*) filter (where state = 'queued' and attempt = 0) as submitted,
          count(*) filter (where state = 'running' and reason is null) as claimed,
          count(*) filter (where state = 'queued' and reason = 'interrupted') as interrupted,
          count(*) filter (where reason in ('worker_lost', 'poison')) as reaped,
          min(state) filter (where ended) as state,
          min(at) filter (where ended) as at
        from unnest(in_ids) numbers
        cross join lateral (
          select *, state in ('succeeded', 'failed', 'canceled', 'timed_out') as ended
          from sluice.query_events where id >= lower(numbers) and id < upper(numbers)
          offset 0
        ) event
        group by 1, 2
        order by 1
      ) each
      join sluice.queries on queries.id = each.query_id
      left join sluice.results on results.query_id = case each.state when 'succeeded' then each.query_id end
      left join sluice.statements
        on statements.digest = case when each.state is not null then hashtextextended(queries.sql, 0) end
        and statements.sql = queries.sql
    ),
    unknown as materialized (
      select query_id from event where state is not null and statement_id is null
    ),
    counted as not materialized (
      select * from event where not exists (select from unknown)
    ),
    told as (
      insert into sluice.history (
        query_id, finished_at, statement_id, worker_id, wait_ms, run_ms, rows, raw_bytes, state, lane, tenant, source,
        code, sqlstate)
      select
        query_id, at, statement_id, worker_id, wait_ms, run_ms, rows, raw_bytes, state, lane, tenant, source, code, sqlstate
      from counted where state is not null
    ),
    labelled as (
      insert into sluice.history_labels (label, query_id)
      select hashtextextended(label.key || ':' || label.value, 0), query_id
      from counted cross join lateral jsonb_each_text(labels) label
      where state is not null and labels <> '{}'
      on conflict do nothing
    ),
    alike as materialized (
      select minute, lane, tenant, source, state, code, fingerprint, run_ms is not null as ran,
        sum(submitted) as submitted, sum(claimed) as claimed, sum(interrupted) as interrupted, sum(reaped) as reaped,
        count(*) as queries, sum(rows) as rows, sum(raw_bytes) as raw_bytes,
        coalesce(sum(wait_ms), 0) as wait_ms, coalesce(sum(run_ms), 0) as run_ms, max(run_ms) as longest_run_ms,
        (array_agg(query_id))[1] as query_id,
        sluice.histogram_of(array_agg(wait_ms)) as waits, sluice.histogram_of(array_agg(run_ms)) as runs
      from counted group by 1, 2, 3, 4, 5, 6, 7, 8
    ),
    by_minute as (
      insert into sluice.statistics_minutes as known (
        minute, lane, submitted, claimed, succeeded, failed, canceled, timed_out, rows, raw_bytes, wait_ms, run_ms,
        waits, runs)
      select minute, lane, sum(submitted), sum(claimed),
        coalesce(sum(queries) filter (where state = 'succeeded'), 0),
        coalesce(sum(queries) filter (where state = 'failed'), 0),
        coalesce(sum(queries) filter (where state = 'canceled'), 0),
        coalesce(sum(queries) filter (where state = 'timed_out'), 0),
        sum(rows), sum(raw_bytes), sum(wait_ms), sum(run_ms), sluice.sum_counts(waits), sluice.sum_counts(runs)
      from alike group by minute, lane
      on conflict (minute, lane) do update set
        submitted = known.submitted + excluded.submitted, claimed = known.claimed + excluded.claimed,
        succeeded = known.succeeded + excluded.succeeded, failed = known.failed + excluded.failed,
        canceled = known.canceled + excluded.canceled, timed_out = known.timed_out + excluded.timed_out,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes,
        wait_ms = known.wait_ms + excluded.wait_ms, run_ms = known.run_ms + excluded.run_ms,
        waits = sluice.add_counts(known.waits, excluded.waits), runs = sluice.add_counts(known.runs, excluded.runs)
    ),
    in_total as (
      insert into sluice.statistics_totals as known (
        lane, submitted, claimed, interrupted, reaped, rows, raw_bytes, wait_ms, run_ms, waits, runs)
      select lane, sum(submitted), sum(claimed), sum(interrupted), sum(reaped),
        sum(rows), sum(raw_bytes), sum(wait_ms), sum(run_ms), sluice.sum_counts(waits), sluice.sum_counts(runs)
      from alike group by lane
      on conflict (lane) do update set
        submitted = known.submitted + excluded.submitted, claimed = known.claimed + excluded.claimed,
        interrupted = known.interrupted + excluded.interrupted, reaped = known.reaped + excluded.reaped,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes,
        wait_ms = known.wait_ms + excluded.wait_ms, run_ms = known.run_ms + excluded.run_ms,
        waits = sluice.add_counts(known.waits, excluded.waits), runs = sluice.add_counts(known.runs, excluded.runs)
    ),
    by_outcome as (
      insert into sluice.statistics_outcomes as known (lane, state, code, queries)
      select lane, state, coalesce(code, ''), sum(queries)
      from alike where state is not null group by 1, 2, 3
      on conflict (lane, state, code) do update set queries = known.queries + excluded.queries
    ),
    by_statement as (
      insert into sluice.statistics_statements as known (
        hour, fingerprint, last_query_id, queries, not_succeeded, rows, raw_bytes, run_ms, longest_run_ms, runs)
      select date_trunc('hour', minute), fingerprint, (array_agg(query_id))[1], sum(queries),
        coalesce(sum(queries) filter (where state <> 'succeeded'), 0), sum(rows), sum(raw_bytes), sum(run_ms),
        max(longest_run_ms), sluice.sum_counts(runs)
      from alike where ran group by 1, 2
      on conflict (hour, fingerprint) do update set
        last_query_id = excluded.last_query_id,
        queries = known.queries + excluded.queries, not_succeeded = known.not_succeeded + excluded.not_succeeded,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes,
        run_ms = known.run_ms + excluded.run_ms, longest_run_ms = greatest(known.longest_run_ms, excluded.longest_run_ms),
        runs = sluice.add_counts(known.runs, excluded.runs)
    ),
    by_use as (
      insert into sluice.statistics_usage as known (day, tenant, lane, source, label, queries, run_ms, rows, raw_bytes)
      select (minute at time zone 'UTC')::date, tenant, lane, source, label, sum(queries), sum(run_ms), sum(rows),
        sum(raw_bytes)
      from (
        select minute, tenant, lane, source, '' as label, queries, run_ms, rows, raw_bytes from alike
        where state is not null
        union all
        select minute, tenant, lane, source, label, 1, coalesce(run_ms, 0), rows, raw_bytes
        from counted
        cross join lateral (
          -- Cut to what an entry of an index can hold.
          select distinct left(key || ':' || value, 500) as label from jsonb_each_text(labels)
        ) each
        where state is not null and labels <> '{}'
      ) used
      group by 1, 2, 3, 4, 5
      on conflict (day, tenant, lane, source, label) do update set
        queries = known.queries + excluded.queries, run_ms = known.run_ms + excluded.run_ms,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes
    ),
    seen_again as materialized (
      select distinct statement_id, fingerprint from counted where last_seen_on < today
    ),
    texts_seen as (
      update sluice.statements set last_seen_on = today where id in (select statement_id from seen_again)
    ),
    shapes_seen as (
      update sluice.fingerprints set last_seen_on = today where fingerprint in (select fingerprint from seen_again)
    )
    select
      max(minute),
      (
        select jsonb_agg(jsonb_build_object('digest', digest::text, 'query_id', id, 'sql', left(sql, 20000)))
        from (
          select distinct on (hashed.digest, queries.sql) hashed.digest, queries.id, queries.sql
          from unknown
          join sluice.queries on queries.id = unknown.query_id
          cross join lateral (select hashtextextended(queries.sql, 0) as digest) hashed
        ) text
      )
    into newest, unknown_texts
    from event;
  exception when unique_violation then
    -- Told already, by hand or before a restore. That is so rare that it is not looked for.
    delete from sluice.history
    where query_id in (
      select query_id from unnest(in_ids) numbers
      join sluice.query_events on id >= lower(numbers) and id < upper(numbers)
    );
    if not found then
      raise;
    end if;
    return sluice.count_events(in_seen, in_missing, in_writers, in_ids, in_began, whole, '[]');
  end;
  if unknown_texts is not null then
    return unknown_texts;
  end if;

  update sluice.statistics_state
  set seen = in_seen, missing = in_missing, writers = in_writers, rolled_up_at = clock_timestamp(),
      counted_until = greatest(counted_until, case when whole then in_began else newest end);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.count_fires()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  decided text := case
    when new.outcome <> 'waiting' and (tg_op = 'INSERT' or new.outcome <> old.outcome) then new.outcome
  end;
  ended text := case when tg_op = 'INSERT' or old.query_state is null then new.query_state end;
  left_out bigint := case when tg_op = 'INSERT' then new.missed else 0 end + (coalesce(decided, '') = 'missed')::integer;
  delay_ms double precision;
  counted bigint;
begin
  if decided is null and ended is null and left_out = 0 then
    return null;
  end if;
  if decided = 'submitted' and new.kind = 'scheduled' then
    delay_ms := greatest(0, 1000 * extract(epoch from new.decided_at - new.fire_at));
  end if;

  select id into counted from sluice.fire_totals limit 1 for update skip locked;
  if not found then
    insert into sluice.fire_totals default values returning id into counted;
  end if;
  update sluice.fire_totals
  set submitted = submitted + (coalesce(decided, '') = 'submitted')::integer,
      skipped = skipped + (coalesce(decided, '') = 'skipped')::integer,
      missed = missed + left_out,
      refused = refused + (coalesce(decided, '') = 'refused')::integer,
      succeeded = succeeded + (coalesce(ended, '') = 'succeeded')::integer,
      failed = failed + (coalesce(ended, '') = 'failed')::integer,
      canceled = canceled + (coalesce(ended, '') = 'canceled')::integer,
      timed_out = timed_out + (coalesce(ended, '') = 'timed_out')::integer,
      late_ms = late_ms + coalesce(delay_ms, 0),
      late = case when delay_ms is null then late
        else sluice.add_counts(late, sluice.histogram_of(array[delay_ms])) end
  where id = counted;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.create_chunk_partitions()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  day date;
  last_day date;
  partition text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('sluice.chunk_partitions', 0));
  -- Longest run and longest keep from now on, or what is kept longer already, with two days to spare.
  select (now() at time zone 'UTC')::date + 2
    + ceil((coalesce(max(max_ttl_seconds), 0)::bigint + coalesce(max(max_timeout_seconds), 0)) / 86400.0)::integer
  into last_day from sluice.lanes;
  last_day := greatest(last_day, (select (max(expires_at) at time zone 'UTC')::date from sluice.results));
  for day in select generate_series((now() at time zone 'UTC')::date, last_day, interval '1 day')::date loop
    partition := 'chunks_' || to_char(day, 'YYYYMMDD');
    if to_regclass('sluice.' || partition) is not null then
      continue;
    end if;
    execute format('create table sluice.%I (like sluice.chunks including all)', partition);
    execute format(
      'alter table sluice.%I add constraint %I check (expires_on >= %L and expires_on < %L)',
      partition, partition || '_day', day, day + 1);
    execute format(
      'alter table sluice.chunks attach partition sluice.%I for values from (%L) to (%L)', partition, day, day + 1);
    execute format('comment on table sluice.%I is %L', partition, 'Chunks of results that expire on ' || day || ' (UTC).');
    made := made + 1;
  end loop;
  return made;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.delete_expired_keys(most integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  deleted integer;
begin
  delete from sluice.idempotency_keys
  where (tenant, key) in (
    select tenant, key from sluice.idempotency_keys
    where created_at < now() - interval '24 hours'
    order by created_at
    limit most
    for update skip locked);
  get diagnostics deleted = row_count;
  return deleted;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.delete_expired_results(most integer DEFAULT 1000)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  deleted integer;
begin
  with expired as (
    -- Served by index results_expiry.
    select query_id from sluice.results
    where complete and expires_at < now() - interval '15 minutes'
      and not exists (
        select from sluice.result_readers reader
        where reader.query_id = results.query_id and reader.read_until > now())
    order by expires_at
    limit most
    for update skip locked
  ),
  gone as (
    delete from sluice.results where query_id = any (array(select query_id from expired))
    returning bucket, object_prefix
  ),
  copies as (
    delete from sluice.result_copies where query_id = any (array(select query_id from expired))
  ),
  dropped as (
    insert into sluice.dropped_objects (bucket, object_prefix)
    select bucket, object_prefix from gone where bucket is not null
    on conflict do nothing
  )
  select count(*) into deleted from gone;
  return deleted;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.delete_orphaned_chunks()
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  partition text;
  of_partition bigint;
  deleted bigint := 0;
begin
  for partition in
    select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'sluice.chunks'::regclass and not inhdetachpending
    order by relname
  loop
    execute format(
      'delete from sluice.%1$I chunks
       using (
         select run.query_id, run.token
         from (select distinct query_id, token from sluice.%1$I) run
         join sluice.queries on queries.id = run.query_id
         where (queries.state <> ''succeeded'' or queries.lease_token <> run.token)
           and not exists (
             select from sluice.results where results.query_id = run.query_id and results.token = run.token)
           and not exists (
             select from sluice.leases where leases.query_id = run.query_id and leases.token = run.token)
       ) orphaned
       where chunks.query_id = orphaned.query_id and chunks.token = orphaned.token',
      partition);
    get diagnostics of_partition = row_count;
    deleted := deleted + of_partition;
  end loop;
  return deleted;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.delete_result(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  query sluice.queries;
  is_kept boolean;
begin
  select * into query from sluice.queries where queries.id = delete_result.id for update;
  if not found then
    raise exception 'There is no query %.', delete_result.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  end if;
  if query.state in ('queued', 'running', 'canceling') then
    raise exception 'The query is %. Cancel it, or wait for its end.', query.state using
      errcode = 'SLUIC', detail = 'code: result_not_ready';
  end if;
  is_kept := exists (select from sluice.results where query_id = delete_result.id and expires_at > now());
  if is_kept then
    update sluice.queries set ttl_seconds = floor(extract(epoch from now() - query.finished_at))
    where queries.id = delete_result.id;
  end if;
  perform sluice.drop_result(delete_result.id);
  perform graphile_worker.add_job('sluice:collect', job_key => 'sluice:collect')
  where exists (select from sluice.dropped_objects);
  return is_kept;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.drain_worker(id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update sluice.workers set draining = true, drain_reason = coalesce(drain_reason, 'asked to drain')
  where workers.id = drain_worker.id and stopped_at is null;
  if not found then
    raise exception 'There is no worker % that runs.', drain_worker.id using errcode = 'SLUIC', detail = 'code: unknown_worker';
  end if;
  perform sluice.note_action('worker.drain', drain_worker.id::text);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.drop_expired_results()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  expired record;
  dropped integer := 0;
begin
  perform set_config('lock_timeout', '200ms', true);
  perform sluice.delete_expired_keys();
  for expired in select name from sluice.expired_partitions() loop
    begin
      execute format('drop table sluice.%I', expired.name);
      dropped := dropped + 1;
    exception when lock_not_available then
      raise notice 'sluice.% is in use; it is dropped next time.', expired.name;
    end;
  end loop;
  perform sluice.delete_expired_results(100000);
  return dropped;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.drop_old_history(keep interval DEFAULT '30 days'::interval, most integer DEFAULT 1000)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  before constant timestamptz := now() - keep;
  -- The least UUIDv7 of that moment.
  last_id constant uuid := (lpad(to_hex((extract(epoch from before) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
  ids uuid[];
  dropped integer;
  deleted integer;
begin
  -- As long as a result is kept, so is its query.
  ids := array(
    select id from sluice.queries
    where id < last_id and finished_at < before
      and not exists (select from sluice.results where results.query_id = queries.id)
    order by id limit most);
  delete from sluice.query_events where query_id = any (ids);
  delete from sluice.plans where query_id = any (ids);
  delete from sluice.queries where id = any (ids);
  get diagnostics dropped = row_count;

  delete from sluice.deliveries
  where id = any (array(select id from sluice.deliveries where id < last_id and state <> 'pending' order by id limit most));
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  -- The last scheduled fire that was submitted tells the next one where it goes on.
  delete from sluice.fires
  where (schedule, fire_at) in (
    select schedule, fire_at from sluice.fires old
    where fire_at < before and outcome <> 'waiting' and (outcome <> 'submitted' or finished_at is not null)
      and (kind = 'manual' or outcome <> 'submitted' or exists (
        select from sluice.fires later
        where later.schedule = old.schedule and later.fire_at > old.fire_at and later.kind = 'scheduled'
          and later.outcome = 'submitted'))
    limit most);
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  delete from sluice.alerts
  where id = any (array(select id from sluice.alerts where resolved_at < before limit most));
  get diagnostics deleted = row_count;
  return dropped + deleted;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.drop_old_statistics(keep interval DEFAULT '30 days'::interval)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION sluice.drop_result(id uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  gone sluice.results;
begin
  delete from sluice.results where results.query_id = drop_result.id returning * into gone;
  if not found then
    return;
  end if;
  -- With the day in the text the statement is planned for its partition alone.
  execute format('delete from sluice.chunks where query_id = $1 and expires_on = %L', gone.expires_on)
  using drop_result.id;
  delete from sluice.result_copies where result_copies.query_id = drop_result.id;
  if gone.bucket is not null then
    insert into sluice.dropped_objects (bucket, object_prefix) values (gone.bucket, gone.object_prefix)
    on conflict do nothing;
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.drop_schedule(name text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  delete from sluice.schedules where schedules.name = drop_schedule.name;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(drop_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.evaluate_alerts(at timestamp with time zone DEFAULT clock_timestamp())
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  measured jsonb;
  broken jsonb;
  changed sluice.alerts;
  changes integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.alerts', 0)) then
    return 0;
  end if;

  select
    coalesce(jsonb_agg(each.alert), '[]'),
    coalesce(jsonb_agg(each.alert) filter (where each.is_broken), '[]')
  into measured, broken
  from (
    select
      jsonb_build_object(
        'rule', rules.name, 'subject', found.subject, 'value', found.value, 'measure', rules.measure,
        'comparison', rules.comparison, 'threshold', rules.threshold) as alert,
      case rules.comparison when 'above' then found.value > rules.threshold else found.value < rules.threshold end
        as is_broken
    from sluice.alert_rules rules
    cross join lateral sluice.alert_measure(
      rules.measure, rules.window_seconds, rules.least_samples, evaluate_alerts.at) found
    where rules.enabled and (rules.subject is null or rules.subject = found.subject)
  ) each;

  insert into sluice.alerts (id, rule, subject, value, measure, comparison, threshold, started_at)
  select sluice.uuid_v7(), each.rule, each.subject, each.value, each.measure, each.comparison, each.threshold,
    evaluate_alerts.at
  from jsonb_to_recordset(broken) as each (
    rule text, subject text, value double precision, measure text, comparison text, threshold double precision)
  on conflict (rule, subject) where resolved_at is null do update
  set value = excluded.value, measure = excluded.measure, comparison = excluded.comparison,
      threshold = excluded.threshold;

  for changed in
    update sluice.alerts set fired_at = evaluate_alerts.at
    from sluice.alert_rules rules
    where alerts.resolved_at is null and alerts.fired_at is null and rules.name = alerts.rule
      and alerts.started_at <= evaluate_alerts.at - make_interval(secs => rules.for_seconds)
      and exists (
        select from jsonb_to_recordset(broken) as each (rule text, subject text)
        where each.rule = alerts.rule and each.subject = alerts.subject)
    returning alerts.*
  loop
    perform sluice.tell_of_alert(changed, 'alert.firing');
    changes := changes + 1;
  end loop;

  delete from sluice.alerts
  where fired_at is null and not exists (
    select from jsonb_to_recordset(broken) as each (rule text, subject text)
    where each.rule = alerts.rule and each.subject = alerts.subject);
  for changed in
    update sluice.alerts
    set resolved_at = evaluate_alerts.at,
        -- A lane that is gone, a rule that is off and a rate of too few have no value.
        value = coalesce((
          select each.value
          from jsonb_to_recordset(measured) as each (rule text, subject text, value double precision)
          where each.rule = alerts.rule and each.subject = alerts.subject), alerts.value)
    where resolved_at is null and fired_at is not null and not exists (
      select from jsonb_to_recordset(broken) as each (rule text, subject text)
      where each.rule = alerts.rule and each.subject = alerts.subject)
    returning alerts.*
  loop
    perform sluice.tell_of_alert(changed, 'alert.resolved');
    changes := changes + 1;
  end loop;
  return changes;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.event_writers()
 RETURNS text[]
 LANGUAGE sql
AS $function$
  -- A transaction takes this lock before the number of its first event, and keeps it to its end.
  select coalesce(array_agg(distinct virtualtransaction), '{}')
  from pg_locks
  where locktype = 'relation' and mode = 'RowExclusiveLock' and granted and pid <> pg_backend_pid()
    and relation = 'sluice.query_events'::regclass
    and database = (select oid from pg_database where datname = current_database())
$function$;

CREATE OR REPLACE FUNCTION sluice.expired_partitions()
 RETURNS TABLE(name text, day date, attached boolean, detaching boolean)
 LANGUAGE sql
 STABLE
AS $function$
  select relname::text, to_date(substring(relname from '\d{8}$'), 'YYYYMMDD'),
    pg_inherits.inhrelid is not null, coalesce(inhdetachpending, false)
  from pg_class
  left join pg_inherits on inhrelid = pg_class.oid
  where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname ~ '^chunks_\d{8}$'
    -- Readers began while the result was served: until they had time to say so, it stays.
    and to_date(substring(relname from '\d{8}$'), 'YYYYMMDD') < ((now() - interval '15 minutes') at time zone 'UTC')::date
    and not exists (
      select from sluice.result_readers
      where expires_on = to_date(substring(relname from '\d{8}$'), 'YYYYMMDD') and read_until > now())
    and not exists (
      select from sluice.results
      where expires_on = to_date(substring(relname from '\d{8}$'), 'YYYYMMDD')
        and expires_at > now() - interval '15 minutes' and inline_chunk is null and chunks > 0)
  order by relname
$function$;

CREATE OR REPLACE PROCEDURE sluice.fetch_rows(IN id uuid, IN patience_seconds integer DEFAULT 30)
 LANGUAGE plpgsql
AS $procedure$
declare
  query sluice.queries;
  until timestamptz := clock_timestamp() + make_interval(secs => patience_seconds);
begin
  select * into query from sluice.queries where queries.id = fetch_rows.id;
  if not found then
    raise exception 'There is no query %.', fetch_rows.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  end if;
  if query.state in ('queued', 'running', 'canceling') then
    raise exception 'The query is %. Wait for its end.', query.state using
      errcode = 'SLUIC', detail = 'code: result_not_ready';
  end if;
  if query.state <> 'succeeded' then
    raise exception 'The query %; it has no result.', query.state using
      errcode = 'SLUIC', detail = 'code: query_' || query.state, hint = query.error ->> 'message';
  end if;
  if not exists (select from sluice.results where query_id = fetch_rows.id and expires_at > now()) then
    raise exception 'The result was kept until its time was over. Submit the query again.' using
      errcode = 'SLUIC', detail = 'code: result_expired';
  end if;
  if exists (
    select from sluice.result_copies where query_id = fetch_rows.id and token = query.lease_token
  ) then
    return;
  end if;
  perform graphile_worker.add_job(
    'sluice:copy', json_build_object('query_id', fetch_rows.id), job_key => 'sluice:copy:' || fetch_rows.id);
  loop
    commit;
    exit when exists (
      select from sluice.result_copies where query_id = fetch_rows.id and token = query.lease_token);
    if clock_timestamp() > until then
      raise exception 'No worker has fetched the rows within % seconds. Does one run?', patience_seconds using
        errcode = 'SLUIC', detail = 'code: result_not_ready';
    end if;
    perform pg_sleep(0.05);
  end loop;
end
$procedure$;

CREATE OR REPLACE FUNCTION sluice.finish(outcomes jsonb, blob bytea)
 RETURNS TABLE(query_id uuid, state text)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  -- With the ids as a condition of its own the update can only be planned by the index, even while the table is empty.
  outcome_ids uuid[] := array(select (outcome ->> 'query_id')::uuid from jsonb_array_elements(outcomes) outcome);
  incomplete_ids uuid[] := '{}';
  ended_ids uuid[];
  ended_states text[];
  has_webhooks boolean;
begin
  perform set_config('synchronous_commit', 'on', true);

  if outcomes @? '$[*].manifest ? (@.chunks > 0 && @.inline_at == null)' then
    incomplete_ids := sluice.incomplete_results(outcomes);
    outcome_ids := array(select unnest(outcome_ids) except select unnest(incomplete_ids));
  end if;

  with outcome as materialized (
    select * from jsonb_to_recordset(outcomes) as (
      query_id uuid, token bigint, state text, error jsonb, first_row_ms double precision, manifest jsonb)
  ),
  ended as (
    update sluice.queries
    set state = case when queries.state = 'canceling' then 'canceled' else outcome.state end,
        error = case when queries.state = 'canceling' then null else outcome.error end,
        first_row_at = queries.started_at + make_interval(secs => outcome.first_row_ms / 1000),
        finished_at = clock_timestamp()
    from outcome
    where queries.id = any (outcome_ids) and queries.id = outcome.query_id and queries.lease_token = outcome.token
      and (queries.state = 'running' or queries.state = 'canceling' and not exists (
        -- Nobody has seen the end of its session at the source: the reaper ends it.
        select from sluice.leases where leases.query_id = queries.id and leases.orphaned_at is not null))
    returning queries.id, queries.lease_token, queries.state, queries.attempt, queries.worker_id,
      queries.error ->> 'code' as reason, queries.finished_at, queries.ttl_seconds, outcome.manifest
  ),
  freed as (
    delete from sluice.leases using ended where leases.query_id = ended.id
  ),
  recorded as (
    insert into sluice.query_events (query_id, at, attempt, state, reason, worker_id)
    select id, finished_at, attempt, state, reason, worker_id from ended
  ),
  kept as (
    insert into sluice.results as stored (
      query_id, token, rows, raw_bytes, stored_bytes, expires_at, expires_on, chunks, complete, limiting_factor,
      columns, schema_message, inline_checksum, inline_chunk)
    select
      ended.id, ended.lease_token, m.rows, m.raw_bytes, m.stored_bytes,
      ended.finished_at + make_interval(secs => ended.ttl_seconds), m.expires_on, m.chunks, true, m.limiting_factor,
      m.columns, substring(blob from m.schema_at for m.schema_length), m.inline_checksum,
      substring(blob from m.inline_at for m.inline_length)
    from ended
    cross join lateral jsonb_to_record(ended.manifest) as m (
      rows bigint, raw_bytes bigint, stored_bytes bigint, expires_on date, chunks integer, limiting_factor text,
      columns jsonb, schema_at integer, schema_length integer, inline_at integer, inline_length integer,
      inline_checksum bigint)
    where ended.state = 'succeeded'
    on conflict (query_id) do update set
      token = excluded.token, rows = excluded.rows, raw_bytes = excluded.raw_bytes,
      stored_bytes = excluded.stored_bytes, expires_at = excluded.expires_at, expires_on = excluded.expires_on,
      chunks = excluded.chunks, complete = true, limiting_factor = excluded.limiting_factor,
      columns = excluded.columns, schema_message = excluded.schema_message,
      inline_checksum = excluded.inline_checksum, inline_chunk = excluded.inline_chunk
  )
  select array_agg(id), array_agg(state), exists (select from sluice.webhooks where enabled)
  into ended_ids, ended_states, has_webhooks
  from ended;
  if has_webhooks then
    perform sluice.tell_webhooks(ended_ids);
  end if;

  if incomplete_ids <> '{}' then
    return query select queries.id, queries.state from sluice.queries where queries.id = any (incomplete_ids);
  end if;
  for i in 1..coalesce(cardinality(ended_ids), 0) loop
    query_id := ended_ids[i];
    state := ended_states[i];
    if state <> 'succeeded' then
      perform sluice.drop_result(query_id);
    end if;
    return next;
  end loop;

  -- A notification holds less than 8,000 bytes: 200 ids of 36 and a comma.
  for i in 0..(coalesce(cardinality(ended_ids), 0) - 1) / 200 loop
    perform pg_notify('sluice_done', array_to_string(ended_ids[i * 200 + 1:i * 200 + 200], ','));
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.fire_params(params jsonb, schedule text, fire_at timestamp with time zone, previous_fire_at timestamp with time zone, time_zone text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(
    jsonb_agg(
      case jsonb_typeof(param)
        when 'string' then coalesce(value.typed, param)
        when 'object' then
          case when param ? 'type' and value.typed is not null then param || jsonb_build_object('value', value.typed -> 'value')
          else param end
        else param
      end
      order by n),
    '[]')
  from jsonb_array_elements(fire_params.params) with ordinality each (param, n)
  cross join lateral (
    select case
      case jsonb_typeof(param) when 'string' then param #>> '{}' when 'object' then param ->> 'value' end
      when '{{fire_at}}' then
        jsonb_build_object('type', 'timestamptz', 'value', sluice.iso_time(fire_params.fire_at))
      when '{{previous_fire_at}}' then
        jsonb_build_object('type', 'timestamptz', 'value', sluice.iso_time(fire_params.previous_fire_at))
      when '{{fire_date}}' then
        jsonb_build_object('type', 'date', 'value', to_char(fire_params.fire_at at time zone fire_params.time_zone, 'YYYY-MM-DD'))
      when '{{schedule}}' then
        jsonb_build_object('type', 'text', 'value', fire_params.schedule)
    end as typed
  ) value
$function$;

CREATE OR REPLACE FUNCTION sluice.fire_schedule(in_name text, in_version integer, in_settled_until timestamp with time zone, due jsonb, settles_until timestamp with time zone, upcoming timestamp with time zone[])
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  schedule sluice.schedules;
  fire record;
begin
  select * into schedule from sluice.schedules
  where name = in_name and version = in_version and settled_until = in_settled_until and not paused
  for update;
  if not found then
    return false;
  end if;

  for fire in
    select * from jsonb_to_recordset(due) as (fire_at timestamptz, missed integer, late boolean) order by fire_at
  loop
    insert into sluice.fires (schedule, fire_at, missed, outcome)
    values (in_name, fire.fire_at, fire.missed, case when fire.late then 'missed' else 'waiting' end)
    on conflict do nothing;
    if found and not fire.late then
      perform sluice.submit_fire(schedule, fire.fire_at, schedule.overlap_policy);
    end if;
  end loop;

  update sluice.schedules set settled_until = settles_until, next_fires = upcoming where name = in_name;
  return true;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.give_back(in_query uuid, in_token bigint, why text DEFAULT 'interrupted'::text)
 RETURNS text
 LANGUAGE sql
AS $function$
  select sluice.requeue(in_query, in_token, why, why = 'interrupted', null, null)
$function$;

CREATE OR REPLACE FUNCTION sluice.grant_roles()
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION sluice.histogram_bounds()
 RETURNS double precision[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  -- 1 ms to 25 days in steps of the square root of two; every second one is a power of two.
  select array_agg(power(2, step / 2.0) order by step) from generate_series(0, 62) step
$function$;

CREATE OR REPLACE FUNCTION sluice.histogram_of(milliseconds double precision[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  bounds constant double precision[] := sluice.histogram_bounds();
  counts bigint[] := array_fill(0::bigint, array[cardinality(bounds) + 1]);
  bucket integer;
  highest integer := 0;
  value double precision;
begin
  foreach value in array coalesce(milliseconds, '{}') loop
    if value is not null then
      bucket := 1 + width_bucket(value, bounds);
      counts[bucket] := counts[bucket] + 1;
      highest := greatest(highest, bucket);
    end if;
  end loop;
  return counts[1:highest];
end
$function$;

CREATE OR REPLACE FUNCTION sluice.histogram_quantile(counts bigint[], q double precision)
 RETURNS double precision
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
declare
  bounds constant double precision[] := sluice.histogram_bounds();
  rank double precision := greatest(q * (select coalesce(sum(count), 0) from unnest(counts) count), 1);
  below bigint := 0;
  lower double precision;
begin
  for n in 1..cardinality(counts) loop
    if counts[n] > 0 and below + counts[n] >= rank then
      lower := coalesce(bounds[n - 1], 0);
      return lower + (coalesce(bounds[n], lower) - lower) * greatest(rank - below - 0.5, 0) / counts[n];
    end if;
    below := below + counts[n];
  end loop;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.history_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from sluice.history using gone where history.query_id = gone.id;
  delete from sluice.history_labels using gone where history_labels.query_id = gone.id;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.hold_beat(in_pool_id text, in_term bigint DEFAULT NULL::bigint)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  key constant bigint := hashtextextended('sluice.beat', 0);
  worker uuid;
  held bigint;
  free boolean;
begin
  update sluice.beat set heartbeat_at = clock_timestamp() where term = in_term and backend_pid = pg_backend_pid()
  returning term into held;
  if found then
    return held;
  end if;

  select id into worker from sluice.workers where pool_id = in_pool_id and stopped_at is null and not draining;
  if not found then
    return null;
  end if;
  free := pg_try_advisory_lock(key);
  if not free then
    perform pg_terminate_backend(backend_pid)
    from sluice.beat
    where heartbeat_at < clock_timestamp() - interval '3 seconds'
      and exists (
        select from pg_locks
        where locktype = 'advisory' and granted and pid = backend_pid and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and ((classid::bigint << 32) | objid::bigint) = key);
    if not found then
      return null;
    end if;
    -- Its end takes a moment.
    for i in 1..50 loop
      perform pg_sleep(0.01);
      free := pg_try_advisory_lock(key);
      exit when free;
    end loop;
    if not free then
      return null;
    end if;
  end if;
  update sluice.beat
  set term = term + 1, worker_id = worker, backend_pid = pg_backend_pid(), held_since = clock_timestamp(),
      heartbeat_at = clock_timestamp()
  returning term into held;
  return held;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.incomplete_results(outcomes jsonb)
 RETURNS uuid[]
 LANGUAGE plpgsql
AS $function$
declare
  outcome record;
  is_whole boolean;
  incomplete uuid[] := '{}';
begin
  for outcome in
    select reported.query_id, reported.token, m.*
    from jsonb_to_recordset(outcomes) as reported (query_id uuid, token bigint, manifest jsonb)
    cross join lateral jsonb_to_record(reported.manifest) as m (
      chunks integer, rows bigint, raw_bytes bigint, stored_bytes bigint, expires_on date, inline_at integer)
    where m.chunks > 0 and m.inline_at is null
      and exists (
        select from sluice.leases where leases.query_id = reported.query_id and leases.token = reported.token)
  loop
    -- With the day in the text the statement is planned for its partition alone.
    execute format(
      'select (count(*), max(n) + 1, sum(rows), sum(raw_bytes), sum(coalesce(stored_bytes, octet_length(data))))
         is not distinct from ($3::bigint, $3, $4, $5, $6)
       from sluice.chunks where query_id = $1 and token = $2 and expires_on = %L', outcome.expires_on)
    into is_whole
    using outcome.query_id, outcome.token, outcome.chunks, outcome.rows, outcome.raw_bytes, outcome.stored_bytes;
    if not is_whole then
      incomplete := incomplete || outcome.query_id;
    end if;
  end loop;
  return incomplete;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.index_texts()
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  extension_schema text := (
    select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm');
begin
  if extension_schema is null then
    return false;
  end if;
  execute format(
    'create index if not exists statements_folded on sluice.statements using gin (folded %I.gin_trgm_ops)',
    extension_schema);
  return true;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.iso_time(at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select to_char(iso_time.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$function$;

CREATE OR REPLACE FUNCTION sluice.keep_result(id uuid, ttl_seconds integer)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
AS $function$
declare
  query sluice.queries;
  longest integer;
  kept timestamptz := now() + make_interval(secs => keep_result.ttl_seconds);
begin
  select * into query from sluice.queries where queries.id = keep_result.id for update;
  if not found then
    raise exception 'There is no query %.', keep_result.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  end if;
  if query.state in ('queued', 'running', 'canceling') then
    raise exception 'The query is %. Wait for its end.', query.state using
      errcode = 'SLUIC', detail = 'code: result_not_ready';
  end if;
  if query.state <> 'succeeded' then
    raise exception 'The query %; it has no result.', query.state using
      errcode = 'SLUIC', detail = 'code: query_' || query.state;
  end if;
  select max_ttl_seconds into longest from sluice.lanes where name = query.lane;
  if keep_result.ttl_seconds is null or keep_result.ttl_seconds < 1 then
    raise exception 'ttl_seconds must be at least 1.' using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
  if keep_result.ttl_seconds > longest then
    raise exception 'ttl_seconds is %; lane % allows at most %.', keep_result.ttl_seconds, query.lane, longest using
      errcode = 'SLUIC', detail = 'code: limit_above_lane_maximum';
  end if;

  update sluice.results set expires_at = kept where query_id = keep_result.id and complete and expires_at > now();
  if not found then
    raise exception 'The result was kept until its time was over. Submit the query again.' using
      errcode = 'SLUIC', detail = 'code: result_expired';
  end if;
  -- What it says of the query stays true.
  update sluice.queries set ttl_seconds = ceil(extract(epoch from kept - query.finished_at))
  where queries.id = keep_result.id;
  return kept;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.lanes_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform sluice.add_ticket(new.name);
  perform pg_notify('sluice_lanes', new.name);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.next_events(most integer, OUT seen bigint, OUT missing int8multirange, OUT writers text[], OUT ids int8multirange, OUT events bigint, OUT began timestamp with time zone)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.statistics', 0)) then
    return;
  end if;
  began := clock_timestamp();
  select read.seen, read.missing, read.writers, read.ids into strict seen, missing, writers, ids
  from sluice.statistics_state place
  cross join lateral sluice.read_events(place.seen, place.missing, place.writers, most) read;
  select coalesce(sum(upper(each) - lower(each)), 0) into events from unnest(ids) each;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.note_action(action text, target text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> current_user and not pg_has_role(session_user, current_user, 'member') then
    insert into sluice.audit (tenant, actor, address, action, target, detail)
    values ('default', session_user, coalesce(host(inet_client_addr()), 'local'), note_action.action,
      note_action.target, '{}');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.note_delivery(in_delivery uuid, in_attempt integer, succeeded boolean, attempt_log jsonb, retry_seconds double precision DEFAULT NULL::double precision, pause_seconds double precision DEFAULT NULL::double precision, gone boolean DEFAULT false)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  settled text;
  receiver sluice.webhooks;
begin
  update sluice.deliveries
  set state = case when succeeded then 'delivered' when retry_seconds is null then 'failed' else 'pending' end,
      next_attempt_at = case when not succeeded then clock_timestamp() + make_interval(secs => retry_seconds) end,
      finished_at = case when succeeded or retry_seconds is null then clock_timestamp() end,
      log = log || attempt_log
  where id = in_delivery and attempts = in_attempt and state = 'pending'
  returning state into settled;
  if not found then
    return null;
  end if;

  update sluice.webhooks
  set last_success_at = case when succeeded then clock_timestamp() else last_success_at end,
      failing_since = case when not succeeded then coalesce(failing_since, clock_timestamp()) end,
      failing_anew_since = case when not succeeded then
        case when last_failure_at > clock_timestamp() - interval '2 days' then failing_anew_since
          else clock_timestamp() end end,
      last_failure_at = case when not succeeded then clock_timestamp() end,
      -- Calls end in any order: what one was asked for holds, whatever another was answered.
      not_before = greatest(
        case when not_before > clock_timestamp() then not_before end,
        case when not succeeded then clock_timestamp() + make_interval(secs => pause_seconds) end)
  where name = (select webhook from sluice.deliveries where id = in_delivery)
    -- Most deliveries go well after one that went well: once a minute is enough to show that.
    and not (succeeded and failing_since is null and not_before is null
      and coalesce(last_success_at > clock_timestamp() - interval '1 minute', false))
  returning * into receiver;
  if not succeeded and receiver.enabled
    and (gone
      or receiver.failing_since < clock_timestamp() - make_interval(secs => receiver.disable_after_seconds)
      -- One failure long after the others is not enough.
      and receiver.failing_anew_since <=
        clock_timestamp() - make_interval(secs => least(receiver.disable_after_seconds, 43200)))
  then
    update sluice.webhooks
    set enabled = false, disabled_at = clock_timestamp(),
        disabled_reason = case when gone then 'It answered 410 Gone.'
          else format('Every attempt since %s failed.', sluice.iso_time(failing_since)) end
    where name = receiver.name;
    return 'disabled';
  end if;
  return settled;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.note_orphan(in_query uuid, in_token bigint, in_worker uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
  insert into sluice.orphans (worker_id, query_id, source, application_name)
  select in_worker, id, queries.source, sluice.run_name(id, attempt, in_token)
  from sluice.queries
  where id = in_query and lease_token = in_token
$function$;

CREATE OR REPLACE FUNCTION sluice.pause_lane(name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update sluice.lanes set paused = true where lanes.name = pause_lane.name;
  if not found then
    raise exception 'There is no lane %.', quote_ident(pause_lane.name)
      using errcode = 'SLUIC', detail = 'code: unknown_lane';
  end if;
  perform sluice.note_action('lane.pause', pause_lane.name);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.pause_schedule(name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update sluice.schedules set paused = true where schedules.name = pause_schedule.name;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(pause_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
  perform sluice.note_action('schedule.pause', pause_schedule.name);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.poll_events(INOUT seen bigint, INOUT missing int8multirange, INOUT writers text[], most integer, with_progress boolean, OUT events jsonb, OUT progress jsonb)
 RETURNS record
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET join_collapse_limit TO '1'
AS $function$
declare
  ids int8multirange;
begin
  select read.seen, read.missing, read.writers, read.ids into strict seen, missing, writers, ids
  from sluice.read_events(seen, missing, writers, most) read;
  select jsonb_agg(jsonb_build_object(
    'id', event.id, 'query_id', event.query_id, 'at', event.at, 'attempt', event.attempt, 'state', event.state,
    'reason', event.reason, 'worker', event.worker_id, 'tenant', queries.tenant, 'lane', queries.lane,
    'source', queries.source, 'labels', queries.labels) order by event.id)
  into events
  from unnest(ids) numbers
  cross join lateral (
    select * from sluice.query_events where id >= lower(numbers) and id < upper(numbers) offset 0
  ) event
  join sluice.queries on queries.id = event.query_id;
  if with_progress then
    select jsonb_agg(jsonb_build_object(
      'query_id', leases.query_id, 'at', now(), 'attempt', queries.attempt, 'worker', leases.worker_id,
      'tenant', leases.tenant, 'lane', leases.lane, 'source', leases.source, 'labels', queries.labels,
      'rows', results.rows, 'bytes', results.raw_bytes, 'chunks', results.chunks))
    into progress
    from sluice.leases
    join sluice.results on results.query_id = leases.query_id and results.token = leases.token
    join sluice.queries on queries.id = leases.query_id;
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.read_events(INOUT seen bigint, INOUT missing int8multirange, INOUT writers text[], most integer, OUT ids int8multirange)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  open_writers text[];
  late int8multirange;
  newest bigint;
  skipped int8multirange;
begin
  ids := '{}';
  if not isempty(missing) then
    -- Before the events are read: who is not in this list any more has committed what is read next.
    open_writers := sluice.event_writers();
    select coalesce(range_agg(int8range(id, id, '[]')), '{}') into late
    from (
      select id from unnest(missing) gap
      cross join lateral (
        select id from sluice.query_events where id >= lower(gap) and id < upper(gap) order by id limit most
      ) each
      limit most
    ) found;
    ids := late;
    missing := missing - late;
    if not writers && open_writers
      and (select coalesce(sum(upper(each) - lower(each)), 0) from unnest(late) each) < most
    then
      missing := '{}';
    end if;
  end if;

  select max(id), range_agg(int8range(before, id, '()')) filter (where id > before + 1) into newest, skipped
  from (
    select id, lag(id, 1, seen) over (order by id) as before
    from (select id from sluice.query_events where id > seen order by id limit most) fresh
  ) each;
  if newest is not null then
    skipped := coalesce(skipped, '{}');
    ids := ids + (int8multirange(int8range(seen, newest, '(]')) - skipped);
    missing := missing + skipped;
    seen := newest;
  end if;
  writers := case when isempty(missing) then null else sluice.event_writers() end;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.reap(lease_seconds integer DEFAULT NULL::integer)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  dead record;
  lost record;
  state text;
  ended jsonb;
  reaped integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.reaper', 0)) then
    return 0;
  end if;
  for dead in
    update sluice.workers set stopped_at = clock_timestamp()
    where stopped_at is null
      and heartbeat_at < clock_timestamp() - make_interval(secs => coalesce(reap.lease_seconds, workers.lease_seconds))
    returning id, pool_id
  loop
    perform graphile_worker.force_unlock_workers(array[dead.pool_id]) where dead.pool_id is not null;
    perform sluice.remove_spent_tickets();
  end loop;

  with left_behind as (
    update sluice.workers set sessions = '[]' from sluice.workers before
    where workers.id = before.id and before.stopped_at is not null and before.sessions <> '[]'
    returning workers.id, before.sessions
  )
  insert into sluice.orphans (worker_id, source, pid, backend_start)
  select left_behind.id, session.source, session.pid, session.started_at
  from left_behind
  cross join lateral jsonb_to_recordset(left_behind.sessions) as session (source text, pid integer, started_at timestamptz);

  for lost in
    select leases.query_id, leases.token, leases.worker_id, leases.source, leases.orphaned_at,
      queries.worker_losses, coalesce(sources.writes, true) as writes,
      workers.id is null or workers.stopped_at is not null as worker_is_dead
    from sluice.leases
    join sluice.queries on queries.id = leases.query_id
    left join sluice.workers on workers.id = leases.worker_id
    left join sluice.sources on sources.name = leases.source
    where workers.id is null or workers.stopped_at is not null
      or leases.granted_at < clock_timestamp() - make_interval(secs => queries.timeout_seconds + 60)
      or (queries.state = 'canceling'
        and (leases.orphaned_at is not null or queries.cancel_requested_at < clock_timestamp() - interval '1 minute'))
    -- Lane by lane, the order in which submissions add tickets.
    order by leases.lane, leases.query_id
  loop
    -- Whoever cancels it has done so before this, or finds it taken away.
    select queries.state into state from sluice.queries
    where id = lost.query_id and lease_token = lost.token and queries.state in ('running', 'canceling')
    for update;
    if not found then
      continue;
    end if;
    if lost.orphaned_at is null then
      perform sluice.note_orphan(lost.query_id, lost.token, lost.worker_id);
      update sluice.leases set orphaned_at = clock_timestamp()
      where leases.query_id = lost.query_id and leases.token = lost.token;
    end if;
    if state = 'canceling' then
      if coalesce(lost.orphaned_at, clock_timestamp()) > clock_timestamp() - interval '1 minute'
        and exists (select from sluice.orphans where orphans.worker_id = lost.worker_id and orphans.source = lost.source)
      then
        continue;
      end if;
      update sluice.leases set orphaned_at = null where leases.query_id = lost.query_id and leases.token = lost.token;
    end if;
    ended := case
      when not lost.worker_is_dead then jsonb_build_object('state', 'timed_out', 'error', jsonb_build_object(
        'code', 'statement_timeout', 'retryable', false,
        'message', 'The query ran longer than its timeout_seconds, and its worker did not end it.'))
      when lost.writes then jsonb_build_object('state', 'failed', 'error', jsonb_build_object(
        'code', 'worker_lost', 'retryable', false,
        'message', 'The worker died while the statement ran; whether it took effect is not known.'))
      when lost.worker_losses >= 1 then jsonb_build_object('state', 'failed', 'error', jsonb_build_object(
        'code', 'poison', 'retryable', false,
        'message', 'Two workers died while they ran this query; it is not run again.'))
      end;
    -- A run that ended meanwhile is not counted.
    if ended is null then
      reaped := reaped + (sluice.give_back(lost.query_id, lost.token, 'worker_lost') is not null)::integer;
    else
      reaped := reaped + (
        select count(*) from sluice.finish(
          jsonb_build_array(ended || jsonb_build_object('query_id', lost.query_id, 'token', lost.token)), ''));
    end if;
  end loop;
  return reaped;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.release_beat(in_term bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  update sluice.beat set worker_id = null, backend_pid = null, held_since = null
  where term = in_term and backend_pid = pg_backend_pid();
  if found then
    perform pg_advisory_unlock(hashtextextended('sluice.beat', 0));
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.release_fires(in_name text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  -- A beat says between two calls that it lives.
  most constant integer := 25;
  schedule sluice.schedules;
  waiting timestamptz;
  released integer := 0;
begin
  select * into schedule from sluice.schedules where name = in_name and not paused for update;
  if not found then
    return 0;
  end if;
  for waiting in
    select fire_at from sluice.fires where fires.schedule = in_name and outcome = 'waiting' order by fire_at limit most
  loop
    -- Oldest first: where one must wait, so must those behind it.
    if sluice.submit_fire(
      schedule, waiting, case schedule.overlap_policy when 'allow' then 'allow' else 'queue' end) = 'waiting'
    then
      exit;
    end if;
    released := released + 1;
  end loop;
  return released;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.remove_spent_tickets()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  spent bigint[];
begin
  spent := array(
    select id from graphile_worker.jobs
    where task_identifier like 'sluice:lane:%' and locked_at is null and attempts >= max_attempts);
  if cardinality(spent) > 0 then
    perform graphile_worker.complete_jobs(spent);
  end if;
  return cardinality(spent);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.requeue(in_query uuid, in_token bigint, why text, is_interruption boolean, in_error jsonb, not_before timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  query sluice.queries;
begin
  select * into query from sluice.queries
  where id = in_query and lease_token = in_token and state in ('running', 'canceling')
  for update;
  if not found then
    return null;
  end if;
  if query.state = 'canceling'
    and exists (select from sluice.leases where query_id = in_query and orphaned_at is not null)
  then
    return 'canceling';
  end if;

  delete from sluice.leases where query_id = in_query;
  perform sluice.drop_result(in_query);

  if query.state = 'canceling' then
    update sluice.queries set state = 'canceled', finished_at = clock_timestamp() where id = in_query;
    insert into sluice.query_events (query_id, attempt, state, worker_id)
    values (in_query, query.attempt, 'canceled', query.worker_id);
    perform sluice.tell_webhooks(array[in_query]);
    perform pg_notify('sluice_done', in_query::text);
    return 'canceled';
  end if;

  update sluice.queries
  set state = 'queued', started_at = null, lease_token = null, worker_id = null, run_at = not_before,
      interruptions = interruptions + is_interruption::integer,
      worker_losses = worker_losses + (why = 'worker_lost')::integer
  where id = in_query;
  insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority, run_at, delayed)
  values (in_query, query.queue_order, query.lane, query.tenant, query.source, query.priority, not_before, not_before is not null);
  insert into sluice.query_events (query_id, attempt, state, reason, worker_id, error)
  values (in_query, query.attempt, 'queued', why, query.worker_id, in_error);
  perform sluice.add_ticket(query.lane, not_before);
  return 'queued';
end
$function$;

CREATE OR REPLACE FUNCTION sluice.result_rows(id uuid)
 RETURNS SETOF jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  copied sluice.result_copies;
  names text[];
  total bigint;
begin
  select result_copies.* into copied
  from sluice.result_copies join sluice.results using (query_id, token)
  where query_id = result_rows.id and results.expires_at > now();
  if not found then
    raise exception 'The rows of query % are not here.', result_rows.id using
      errcode = 'SLUIC', hint = format('First: call sluice.fetch_rows(%L);', result_rows.id);
  end if;
  select results.rows,
    -- A name that comes again is numbered: an object has each once.
    (select array_agg(
        case when seen.before = 0 then seen.name else seen.name || '_' || (seen.before + 1) end order by seen.place)
     from (
       select place, each ->> 'name' as name,
         count(*) over (partition by each ->> 'name' order by place) - 1 as before
       from jsonb_array_elements(results.columns) with ordinality as listed (each, place)
     ) seen)
  into total, names
  from sluice.results where query_id = result_rows.id;
  if not copied.complete then
    raise warning 'These are the first % of % rows. The rest: sluice result %', jsonb_array_length(copied.rows), total, result_rows.id;
  end if;
  return query
  select (
    select coalesce(jsonb_object_agg(names[place], value), '{}')
    from jsonb_array_elements(one) with ordinality as cells (value, place))
  from jsonb_array_elements(copied.rows) with ordinality as listed (one, n)
  order by n;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.resume_lane(name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update sluice.lanes set paused = false where lanes.name = resume_lane.name;
  if not found then
    raise exception 'There is no lane %.', quote_ident(resume_lane.name)
      using errcode = 'SLUIC', detail = 'code: unknown_lane';
  end if;
  perform sluice.note_action('lane.resume', resume_lane.name);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.resume_schedule(name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update sluice.schedules set paused = false where schedules.name = resume_schedule.name;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(resume_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
  perform sluice.note_action('schedule.resume', resume_schedule.name);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.retry(id uuid, unless_repeated boolean DEFAULT false)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  old sluice.queries;
  answer record;
begin
  -- Two who repeat it at the same time come one after the other.
  select * into old from sluice.queries where queries.id = retry.id for no key update;
  if not found then
    raise exception 'There is no query %.', retry.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  elsif old.state not in ('succeeded', 'failed', 'canceled', 'timed_out') then
    raise exception 'Query % is %.', retry.id, old.state using errcode = 'SLUIC', detail = 'code: query_not_ended';
  elsif unless_repeated and exists (select from sluice.queries where retry_of = old.id) then
    return null;
  end if;
  select * into strict answer from sluice.submit_many(jsonb_build_array(jsonb_build_object(
    'tenant', old.tenant, 'source', old.source, 'lane', old.lane, 'sql', old.sql, 'params', old.params,
    'labels', old.labels, 'priority', old.priority, 'timeout_seconds', old.timeout_seconds,
    'queue_timeout_seconds', ceil(extract(epoch from old.queue_timeout_at - coalesce(old.run_at, old.submitted_at))),
    'row_limit', old.row_limit, 'byte_limit', old.byte_limit, 'ttl_seconds', old.ttl_seconds,
    'max_attempts', old.max_attempts, 'retry_of', old.id,
    'traceparent', old.traceparent, 'tracestate', old.tracestate, 'explain', old.explain,
    -- One that is gone keeps nothing from running.
    'webhooks', (
      select jsonb_agg(name) from sluice.webhooks
      where name = any (old.webhooks) and webhooks.tenant = old.tenant))));
  if answer.code is not null then
    raise exception '%', coalesce(answer.detail, answer.code) using
      errcode = 'SLUIC', detail = format('code: %s', answer.code);
  end if;
  perform sluice.note_action('query.retry', old.id::text);
  return answer.query_id;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.run_name(id uuid, attempt integer, token bigint)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select left(format('sluice:%s:%s:%s', id, attempt, token), 63)
$function$;

CREATE OR REPLACE FUNCTION sluice.run_schedule(name text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  schedule sluice.schedules;
  -- Nominal times are whole milliseconds: it takes the key of none.
  at timestamptz := date_trunc('milliseconds', clock_timestamp()) + interval '1 microsecond';
  fire sluice.fires;
begin
  select * into schedule from sluice.schedules where schedules.name = run_schedule.name for update;
  if not found then
    raise exception 'There is no schedule %.', quote_ident(run_schedule.name)
      using errcode = 'SLUIC', detail = 'code: unknown_schedule';
  end if;
  loop
    insert into sluice.fires (schedule, fire_at, kind, outcome) values (schedule.name, at, 'manual', 'waiting')
    on conflict do nothing;
    exit when found;
    at := at + interval '1 millisecond';
  end loop;
  -- Who asks for it now gets it now, whatever else runs.
  perform sluice.submit_fire(schedule, at, null);
  select * into fire from sluice.fires where fires.schedule = run_schedule.name and fire_at = at;
  if fire.query_id is null then
    raise exception '%', fire.detail using errcode = 'SLUIC', detail = format('code: %s', fire.code);
  end if;
  perform sluice.note_action('schedule.run', run_schedule.name);
  return fire.query_id;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.sample_gauges()
 RETURNS void
 LANGUAGE plpgsql
 SET synchronous_commit TO 'off'
 SET enable_hashjoin TO 'on'
 SET enable_seqscan TO 'on'
AS $function$
begin
  insert into sluice.statistics_storage (minute, results_bytes, database_bytes)
  select date_trunc('minute', now()),
    (
      select coalesce(sum(pg_total_relation_size(relid)), 0)
      from (
        select 'sluice.results'::regclass as relid
        union all
        select inhrelid from pg_inherits where inhparent = 'sluice.chunks'::regclass
      ) stored
    ),
    pg_database_size(current_database())
  where not exists (select from sluice.statistics_storage where minute = date_trunc('minute', now()))
  on conflict do nothing;
  if not found then
    return;
  end if;
  insert into sluice.statistics_gauges (minute, lane, waiting, scheduled, running, slots, oldest_wait_seconds)
  select date_trunc('minute', now()), lane, waiting, scheduled, running, slots, oldest_wait_seconds
  from sluice.lanes_live
  on conflict do nothing;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.schedules_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.cron := regexp_replace(trim(new.cron), '\s+', ' ', 'g');
  -- So exactly do beats read it, and compare it with what they have read.
  new.settled_until := date_trunc('milliseconds', new.settled_until);
  if tg_op = 'UPDATE' and
    (new.settled_until, new.next_fires, new.problem) is distinct from (old.settled_until, old.next_fires, old.problem)
  then
    -- The beat's own bookkeeping.
    return new;
  end if;

  if tg_op = 'INSERT' or new.time_zone <> old.time_zone then
    begin
      perform now() at time zone new.time_zone;
    exception when invalid_parameter_value then
      raise exception '% is no IANA time zone. Write UTC, or a place such as Europe/Berlin.', quote_literal(new.time_zone)
        using errcode = 'SLUIC', detail = 'code: invalid_request';
    end;
  end if;
  if tg_op = 'UPDATE' then
    new.version := old.version + 1;
    new.updated_at := clock_timestamp();
  end if;
  if tg_op = 'INSERT' or (old.paused and not new.paused)
    or (new.cron, new.interval_seconds, new.anchor_at, new.time_zone)
      is distinct from (old.cron, old.interval_seconds, old.anchor_at, old.time_zone)
  then
    new.settled_until := date_trunc('milliseconds', clock_timestamp());
    new.next_fires := '{}';
    new.problem := null;
  end if;
  if new.paused then
    new.next_fires := '{}';
  end if;
  perform pg_notify('sluice_schedules', new.name);
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.series(seconds integer DEFAULT 3600, step_seconds integer DEFAULT 60, in_lane text DEFAULT NULL::text)
 RETURNS TABLE(at timestamp with time zone, submitted bigint, succeeded bigint, failed bigint, canceled bigint, timed_out bigint, rows bigint, bytes bigint, wait_ms_p50 double precision, wait_ms_p95 double precision, wait_ms_p99 double precision, run_ms_p50 double precision, run_ms_p95 double precision, run_ms_p99 double precision, waiting bigint, running bigint, results_bytes bigint, database_bytes bigint)
 LANGUAGE sql
 STABLE
AS $function$
  with step as (
    select date_bin(make_interval(secs => step_seconds), now(), 'epoch') - n * make_interval(secs => step_seconds) as at
    from generate_series(0, seconds / step_seconds - 1) n
  ),
  since as (select min(at) as at from step),
  counted as (
    select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, sum(submitted)::bigint as submitted,
      sum(succeeded)::bigint as succeeded, sum(failed)::bigint as failed, sum(canceled)::bigint as canceled,
      sum(timed_out)::bigint as timed_out, sum(rows)::bigint as rows, sum(raw_bytes)::bigint as bytes
    from sluice.statistics_minutes, since
    where minute >= since.at and (in_lane is null or lane = in_lane)
    group by 1
  ),
  -- Not by sum_counts(), which takes longer over many rows.
  spread as (
    select at,
      array_agg(values order by bucket) filter (where kind = 'wait') as waits,
      array_agg(values order by bucket) filter (where kind = 'run') as runs
    from (
      select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, kind, bucket,
        sum(value)::bigint as values
      from since, sluice.statistics_minutes
      cross join lateral (
        select 'wait' as kind, * from unnest(waits) with ordinality as each (value, bucket)
        union all
        select 'run', * from unnest(runs) with ordinality as each (value, bucket)
      ) each
      where minute >= since.at and (in_lane is null or lane = in_lane)
      group by 1, 2, 3
    ) buckets
    group by at
  ),
  looked as (
    select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, max(waiting)::bigint as waiting,
      max(running)::bigint as running
    from (
      select minute, sum(waiting) as waiting, sum(running) as running
      from sluice.statistics_gauges, since
      where minute >= since.at and (in_lane is null or lane = in_lane)
      group by minute
    ) minutes
    group by 1
  ),
  stored as (
    select date_bin(make_interval(secs => step_seconds), minute, 'epoch') as at, max(results_bytes) as results_bytes,
      max(database_bytes) as database_bytes
    from sluice.statistics_storage, since where minute >= since.at group by 1
  )
  select step.at, coalesce(submitted, 0), coalesce(succeeded, 0), coalesce(failed, 0), coalesce(canceled, 0),
    coalesce(timed_out, 0), coalesce(counted.rows, 0), coalesce(bytes, 0),
    sluice.histogram_quantile(waits, 0.5), sluice.histogram_quantile(waits, 0.95), sluice.histogram_quantile(waits, 0.99),
    sluice.histogram_quantile(runs, 0.5), sluice.histogram_quantile(runs, 0.95), sluice.histogram_quantile(runs, 0.99),
    waiting, running, results_bytes, database_bytes
  from step
  left join counted using (at) left join spread using (at) left join looked using (at) left join stored using (at)
  order by step.at
$function$;

CREATE OR REPLACE FUNCTION sluice.set_schedule(name text, sql text DEFAULT NULL::text, cron text DEFAULT NULL::text, interval_seconds integer DEFAULT NULL::integer, time_zone text DEFAULT NULL::text, source text DEFAULT NULL::text, lane text DEFAULT NULL::text, params jsonb DEFAULT NULL::jsonb, labels jsonb DEFAULT NULL::jsonb, priority integer DEFAULT NULL::integer, timeout_seconds integer DEFAULT NULL::integer, queue_timeout_seconds integer DEFAULT NULL::integer, row_limit bigint DEFAULT NULL::bigint, byte_limit bigint DEFAULT NULL::bigint, ttl_seconds integer DEFAULT NULL::integer, misfire_policy text DEFAULT NULL::text, misfire_grace_seconds integer DEFAULT NULL::integer, catch_up_limit integer DEFAULT NULL::integer, overlap_policy text DEFAULT NULL::text, description text DEFAULT NULL::text, anchor_at timestamp with time zone DEFAULT NULL::timestamp with time zone, webhooks text[] DEFAULT NULL::text[], max_attempts integer DEFAULT NULL::integer)
 RETURNS sluice.schedules
 LANGUAGE plpgsql
AS $function$
declare
  before sluice.schedules;
  schedule sluice.schedules;
  broken text;
begin
  if set_schedule.cron is not null and set_schedule.interval_seconds is not null then
    raise exception 'Give either cron or interval_seconds.' using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
  select * into before from sluice.schedules where schedules.name = set_schedule.name for update;

  insert into sluice.schedules as s (name, sql, cron, interval_seconds)
  select set_schedule.name, set_schedule.sql, set_schedule.cron, set_schedule.interval_seconds
  where before.name is null
  on conflict do nothing;

  update sluice.schedules as s set
    sql = coalesce(set_schedule.sql, s.sql),
    cron = case when set_schedule.interval_seconds is null then coalesce(set_schedule.cron, s.cron) end,
    interval_seconds = case when set_schedule.cron is null then coalesce(set_schedule.interval_seconds, s.interval_seconds) end,
    time_zone = coalesce(set_schedule.time_zone, s.time_zone),
    source = coalesce(set_schedule.source, s.source),
    lane = coalesce(set_schedule.lane, s.lane),
    params = coalesce(set_schedule.params, s.params),
    labels = coalesce(set_schedule.labels, s.labels),
    priority = coalesce(set_schedule.priority, s.priority),
    timeout_seconds = coalesce(set_schedule.timeout_seconds, s.timeout_seconds),
    queue_timeout_seconds = coalesce(set_schedule.queue_timeout_seconds, s.queue_timeout_seconds),
    row_limit = coalesce(set_schedule.row_limit, s.row_limit),
    byte_limit = coalesce(set_schedule.byte_limit, s.byte_limit),
    ttl_seconds = coalesce(set_schedule.ttl_seconds, s.ttl_seconds),
    misfire_policy = coalesce(set_schedule.misfire_policy, s.misfire_policy),
    misfire_grace_seconds = coalesce(set_schedule.misfire_grace_seconds, s.misfire_grace_seconds),
    catch_up_limit = coalesce(set_schedule.catch_up_limit, s.catch_up_limit),
    overlap_policy = coalesce(set_schedule.overlap_policy, s.overlap_policy),
    description = coalesce(set_schedule.description, s.description),
    anchor_at = coalesce(set_schedule.anchor_at, s.anchor_at),
    webhooks = coalesce(set_schedule.webhooks, s.webhooks),
    max_attempts = coalesce(set_schedule.max_attempts, s.max_attempts)
  where s.name = set_schedule.name
  returning * into schedule;

  perform sluice.check_schedule(before, schedule);
  return schedule;
exception
  when check_violation then
    get stacked diagnostics broken = constraint_name;
    raise exception '%', case broken
      when 'schedules_name_check' then
        'name takes lower-case letters, digits, _ and -, at most 63 of them; the first is a letter or a digit.'
      when 'schedules_cron_check' then
        'cron takes five fields (minute, hour, day of month, month, day of week), six with seconds first, or @daily and the like.'
      when 'schedules_cron_or_interval' then 'Give either cron or interval_seconds.'
      when 'schedules_interval_seconds_check' then 'interval_seconds takes 1 to 315360000, ten years.'
      when 'schedules_interval_at_most' then 'interval_seconds takes 1 to 315360000, ten years.'
      when 'schedules_sql_check' then 'sql takes one statement of at most 1048576 bytes.'
      when 'schedules_params_check' then 'params takes an array, such as ["{{fire_at}}", 7].'
      when 'schedules_labels_check' then 'labels takes an object of texts, such as {"team": "finance"}.'
      when 'schedules_labels_are_texts' then 'labels takes an object of texts, such as {"team": "finance"}.'
      when 'schedules_webhooks_are_names' then 'webhooks takes names, and no null.'
      when 'schedules_priority_check' then 'priority takes 1 (first) to 9 (last).'
      when 'schedules_misfire_policy_check' then 'misfire_policy takes skip, one or all.'
      when 'schedules_misfire_grace_seconds_check' then 'misfire_grace_seconds takes 1 to 86400.'
      when 'schedules_catch_up_limit_check' then 'catch_up_limit takes 1 to 1000.'
      when 'schedules_overlap_policy_check' then 'overlap_policy takes skip, queue, cancel or allow.'
      when 'schedules_max_attempts_check' then 'max_attempts takes 1 to 100.'
      when 'schedules_anchor_at_check' then 'anchor_at takes a time in the years 1970 to 2199.'
      else format('%s must be at least 1.', regexp_replace(broken, '^schedules_(.*)_check$', '\1'))
    end using errcode = 'SLUIC', detail = 'code: invalid_request';
  when not_null_violation then
    raise exception 'A new schedule takes a name, sql, and cron or interval_seconds.'
      using errcode = 'SLUIC', detail = 'code: invalid_request';
  when numeric_value_out_of_range then
    raise exception 'priority takes 1 (first) to 9 (last).' using errcode = 'SLUIC', detail = 'code: invalid_request';
end
$function$;

CREATE OR REPLACE FUNCTION sluice.settle_fires(in_schedule text DEFAULT NULL::text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  settled integer;
begin
  -- A query whose row is gone has ended long ago.
  with ended as (
    select fires.schedule, fires.fire_at, queries.state, coalesce(queries.finished_at, clock_timestamp()) as finished_at
    from sluice.fires
    left join sluice.queries on queries.id = fires.query_id
    where fires.outcome = 'submitted' and fires.finished_at is null
      and (in_schedule is null or fires.schedule = in_schedule)
      and (queries.id is null or queries.finished_at is not null)
    for update of fires skip locked
  )
  update sluice.fires
  set query_state = ended.state, finished_at = ended.finished_at
  from ended
  where fires.schedule = ended.schedule and fires.fire_at = ended.fire_at;
  get diagnostics settled = row_count;
  return settled;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.sources_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_table_name = 'source_secrets' then
    update sluice.sources set version = version + 1 where name = new.source;
  else
    new.version := old.version + 1;
    new.updated_at := clock_timestamp();
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.still_wanted(id uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
  update sluice.watched set abandon_at = clock_timestamp() + make_interval(secs => abandon_after_seconds)
  where query_id = still_wanted.id
$function$;

CREATE OR REPLACE FUNCTION sluice.submit(sql text, source text DEFAULT 'default'::text, lane text DEFAULT 'default'::text, params jsonb DEFAULT '[]'::jsonb, labels jsonb DEFAULT '{}'::jsonb, priority integer DEFAULT 5, timeout_seconds integer DEFAULT NULL::integer, queue_timeout_seconds integer DEFAULT NULL::integer, row_limit bigint DEFAULT NULL::bigint, byte_limit bigint DEFAULT NULL::bigint, ttl_seconds integer DEFAULT NULL::integer, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, idempotency_key text DEFAULT NULL::text, tenant text DEFAULT 'default'::text, max_attempts integer DEFAULT NULL::integer, abandon_after_seconds integer DEFAULT NULL::integer, traceparent text DEFAULT NULL::text, tracestate text DEFAULT NULL::text, explain boolean DEFAULT NULL::boolean)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  problem text;
  request jsonb;
  answer record;
begin
  problem := case
    when jsonb_typeof(submit.params) <> 'array' then 'params must be a JSON array, of the values for $1…'
    when jsonb_array_length(submit.params) > 65535 then 'params must hold at most 65535 values.'
    when jsonb_typeof(submit.labels) <> 'object' then 'labels must be a JSON object, such as {"team": "shop"}.'
    when (select count(*) from jsonb_object_keys(submit.labels)) > 64 then 'labels must hold at most 64 labels.'
    when exists (
      select from jsonb_each(submit.labels) label
      where jsonb_typeof(value) <> 'string' or length(value #>> '{}') > 1000 or key !~ '^[^:]{1,255}$')
    then 'labels must have keys of 1 to 255 characters without a colon, and strings of at most 1000 as values.'
    when submit.priority not between 1 and 9 then 'priority must be 1 (first) to 9 (last).'
    when length(submit.idempotency_key) not between 1 and 255 then 'idempotency_key must be 1 to 255 characters.'
    when not isfinite(submit.run_at) then 'run_at must be a time, not infinity.'
  end;
  if problem is not null then
    raise exception '%', problem using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
  request := jsonb_build_object(
    'sql', submit.sql, 'source', submit.source, 'lane', submit.lane, 'params', submit.params,
    'labels', submit.labels, 'priority', submit.priority, 'timeout_seconds', submit.timeout_seconds,
    'queue_timeout_seconds', submit.queue_timeout_seconds, 'row_limit', submit.row_limit,
    'byte_limit', submit.byte_limit, 'ttl_seconds', submit.ttl_seconds,
    'run_at', submit.run_at, 'tenant', submit.tenant);
  -- Only where it is given, so that keys of requests from before keep their meaning.
  if submit.max_attempts is not null then
    request := request || jsonb_build_object('max_attempts', submit.max_attempts);
  end if;
  if submit.abandon_after_seconds is not null then
    request := request || jsonb_build_object('abandon_after_seconds', submit.abandon_after_seconds);
  end if;
  if submit.explain then
    request := request || jsonb_build_object('explain', true);
  end if;
  request := request || jsonb_build_object(
    'idempotency_key', submit.idempotency_key,
    'request_hash', encode(sha256(convert_to(request::text, 'UTF8')), 'hex'));
  -- Not of the request's hash: who repeats a request does so in another span. One that is not valid is ignored, as
  -- W3C Trace Context says.
  if submit.traceparent ~ '^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$' then
    request := request || jsonb_build_object('traceparent', submit.traceparent, 'tracestate', submit.tracestate);
  end if;
  select * into strict answer from sluice.submit_many(jsonb_build_array(request));
  if answer.code is not null then
    raise exception '%', coalesce(answer.detail, answer.code) using
      errcode = 'SLUIC', detail = format('code: %s', answer.code);
  end if;
  perform sluice.note_action('query.submit', answer.query_id::text);
  return answer.query_id;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.submit_fire(of_schedule sluice.schedules, in_fire_at timestamp with time zone, policy text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  most_waiting constant integer := 100;
  earlier uuid[] := '{}';
  ahead record;
  previous timestamptz;
  answer record;
  submitted uuid;
  decision text;
  why text;
  explanation text;
begin
  if policy <> 'allow' then
    perform sluice.settle_fires(of_schedule.name);
    earlier := array(
      select query_id from sluice.fires
      where fires.schedule = of_schedule.name and kind = 'scheduled' and outcome = 'submitted' and finished_at is null
      order by fire_at);
  end if;
  if policy = 'cancel' then
    perform sluice.cancel(id) from unnest(earlier) id;
    update sluice.fires
    set outcome = 'skipped', decided_at = clock_timestamp(), code = 'overlap',
        detail = format('The fire of %s took its place while it waited.', sluice.iso_time(in_fire_at))
    where fires.schedule = of_schedule.name and outcome = 'waiting' and fire_at < in_fire_at;
  elsif policy is not null then
    select fire_at, code into ahead from sluice.fires
    where fires.schedule = of_schedule.name and outcome = 'waiting' and fire_at < in_fire_at
    order by fire_at limit 1;
    if found or earlier <> '{}' then
      decision := case policy when 'skip' then 'skipped' else 'waiting' end;
      why := case when policy = 'skip' or earlier <> '{}' then 'overlap' else ahead.code end;
      explanation := case
        when earlier <> '{}' then format('Query %s of an earlier fire had not ended.', earlier[1])
        else format('The fire of %s waited still.', sluice.iso_time(ahead.fire_at)) end;
    end if;
  end if;

  if decision is null then
    -- So that windows from one submitted fire to the next leave nothing out.
    select max(fire_at) into previous from sluice.fires
    where fires.schedule = of_schedule.name and kind = 'scheduled' and outcome = 'submitted'
      and fire_at < in_fire_at;
    previous := coalesce(previous, date_trunc('milliseconds', of_schedule.created_at));
    begin
      select * into strict answer from sluice.submit_many(jsonb_build_array(jsonb_build_object(
        'tenant', of_schedule.tenant, 'source', of_schedule.source, 'lane', of_schedule.lane, 'sql', of_schedule.sql,
        'params', sluice.fire_params(of_schedule.params, of_schedule.name, in_fire_at, previous, of_schedule.time_zone),
        'labels', of_schedule.labels || jsonb_build_object('schedule', of_schedule.name),
        'priority', of_schedule.priority, 'timeout_seconds', of_schedule.timeout_seconds,
        'queue_timeout_seconds', of_schedule.queue_timeout_seconds, 'row_limit', of_schedule.row_limit,
        'byte_limit', of_schedule.byte_limit, 'ttl_seconds', of_schedule.ttl_seconds,
        'max_attempts', of_schedule.max_attempts,
        -- One that is gone keeps nothing from running.
        'webhooks', (
          select jsonb_agg(name) from sluice.webhooks
          where name = any (of_schedule.webhooks) and webhooks.tenant = of_schedule.tenant))));
      decision := case answer.code when 'queue_full' then 'waiting' else 'refused' end;
      why := answer.code;
      explanation := answer.detail;
      if answer.code is null then
        decision := 'submitted';
        submitted := answer.query_id;
      end if;
    exception when others then
      -- Locks, resources, a server that stops: the whole fire is tried again.
      if left(sqlstate, 2) in ('40', '53', '55', '57', '58') then
        raise;
      end if;
      decision := 'refused';
      why := 'internal_error';
      explanation := sqlerrm;
    end;
  end if;

  if decision = 'waiting' and most_waiting < (
    select count(*) from (
      select from sluice.fires
      where fires.schedule = of_schedule.name and outcome = 'waiting' limit most_waiting + 1
    ) counted)
  then
    decision := 'skipped';
    explanation := format('%s %s earlier fires wait already, as many as may.', explanation, most_waiting);
  end if;

  update sluice.fires
  set outcome = decision, decided_at = clock_timestamp(), code = why, detail = explanation,
      previous_fire_at = previous, query_id = submitted
  where fires.schedule = of_schedule.name and fire_at = in_fire_at;
  return decision;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.submit_many(requests jsonb)
 RETURNS TABLE(ordinal integer, query_id uuid, code text, detail text)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  request record;
  lane sluice.lanes;
  known sluice.idempotency_keys;
  query sluice.queries;
  accepted sluice.queries[] := '{}';
  keys sluice.idempotency_keys[] := '{}';
  lanes text[] := '{}';
  waiting bigint;
begin
  -- Requests with the same key wait here for each other's transaction; one order of locks,
  -- so that transactions with several keys never wait for each other in a circle.
  if requests @? '$[*].idempotency_key ? (@ != null)' then
    perform pg_advisory_xact_lock(lock)
    from (
      select distinct hashtextextended(
        'sluice.idempotency:' || coalesce(r ->> 'tenant', 'default') || ':' || (r ->> 'idempotency_key'), 0) as lock
      from jsonb_array_elements(requests) r
      where r ->> 'idempotency_key' is not null
      order by 1
    ) keyed;
  end if;

  ordinal := 0;
  for request in
    select * from jsonb_to_recordset(requests) as (
      id uuid, tenant text, source text, lane text, sql text, params jsonb, labels jsonb, priority smallint,
      timeout_seconds integer, queue_timeout_seconds integer, row_limit bigint, byte_limit bigint,
      ttl_seconds integer, max_attempts integer, run_at timestamptz, idempotency_key text, request_hash text,
      webhooks text[], retry_of uuid, abandon_after_seconds integer, traceparent text, tracestate text, explain boolean)
  loop
    ordinal := ordinal + 1;
    code := null;
    detail := null;
    query := null;
    query.id := coalesce(request.id, sluice.uuid_v7());
    query.tenant := coalesce(request.tenant, 'default');
    query.source := coalesce(request.source, 'default');
    query.lane := coalesce(request.lane, 'default');
    query_id := query.id;

    if request.idempotency_key is not null then
      select * into known from sluice.idempotency_keys where tenant = query.tenant and key = request.idempotency_key;
      if not found then
        select * into known from unnest(keys) where tenant = query.tenant and key = request.idempotency_key;
      end if;
      if found then
        query_id := known.query_id;
        if known.request_hash is distinct from coalesce(request.request_hash, '') then
          code := 'idempotency_key_reused';
          detail := 'The Idempotency-Key was used with another request. Use a new key for a new request.';
        end if;
        return next;
        continue;
      end if;
    end if;

    if lane.name is distinct from query.lane then
      select * into lane from sluice.lanes where name = query.lane;
      select count(*) into waiting from (
        select from sluice.queue where queue.lane = query.lane limit lane.max_queued
      ) counted;
      waiting := waiting + (select count(*) from unnest(accepted) earlier where earlier.lane = query.lane);
    end if;
    query.timeout_seconds := coalesce(request.timeout_seconds, lane.timeout_seconds);
    query.row_limit := coalesce(request.row_limit, lane.row_limit, lane.max_row_limit);
    query.byte_limit := coalesce(request.byte_limit, lane.byte_limit, lane.max_byte_limit);
    query.ttl_seconds := coalesce(request.ttl_seconds, lane.ttl_seconds);

    if lane.name is null then
      code := 'unknown_lane';
      detail := format('There is no lane %s.', query.lane);
    elsif not exists (select from sluice.sources where name = query.source) then
      code := 'unknown_source';
      detail := format('There is no source %s.', query.source);
    elsif query.tenant <> 'default' and not exists (select from sluice.tenants where name = query.tenant) then
      code := 'unknown_tenant';
      detail := format('There is no tenant %s.', query.tenant);
    elsif request.webhooks is not null and exists (
      select from unnest(request.webhooks) named
      where not exists (select from sluice.webhooks where name = named and tenant = query.tenant))
    then
      code := 'unknown_webhook';
      detail := format('There is not every webhook of %s.', array_to_string(request.webhooks, ', '));
    elsif request.sql is null or request.sql !~ '\S' or octet_length(request.sql) > 1048576 then
      code := 'invalid_request';
      detail := 'sql must be one statement of 1 to 1048576 bytes.';
    elsif query.timeout_seconds > lane.max_timeout_seconds then
      code := 'limit_above_lane_maximum';
      detail := format('timeout_seconds is %s; lane %s allows at most %s.',
        query.timeout_seconds, lane.name, lane.max_timeout_seconds);
    elsif query.row_limit > lane.max_row_limit then
      code := 'limit_above_lane_maximum';
      detail := format('row_limit is %s; lane %s allows at most %s.', query.row_limit, lane.name, lane.max_row_limit);
    elsif query.byte_limit > lane.max_byte_limit then
      code := 'limit_above_lane_maximum';
      detail := format('byte_limit is %s; lane %s allows at most %s.', query.byte_limit, lane.name, lane.max_byte_limit);
    elsif query.ttl_seconds > lane.max_ttl_seconds then
      code := 'limit_above_lane_maximum';
      detail := format('ttl_seconds is %s; lane %s allows at most %s.', query.ttl_seconds, lane.name, lane.max_ttl_seconds);
    elsif request.max_attempts not between 1 and lane.max_attempts then
      code := 'limit_above_lane_maximum';
      detail := format('max_attempts is %s; lane %s allows 1 to %s.', request.max_attempts, lane.name, lane.max_attempts);
    elsif request.max_attempts > 1 and exists (select from sluice.sources where name = query.source and writes) then
      code := 'invalid_request';
      detail := format('max_attempts is %s, but statements of source %s may write, and such are never run twice.',
        request.max_attempts, query.source);
    elsif least(query.timeout_seconds, query.row_limit, query.byte_limit, query.ttl_seconds,
      request.queue_timeout_seconds, request.abandon_after_seconds) < 1
    then
      code := 'invalid_request';
      detail := 'Limits must be at least 1: timeout_seconds, queue_timeout_seconds, row_limit, byte_limit, ttl_seconds, abandon_after_seconds.';
    elsif waiting >= lane.max_queued then
      code := 'queue_full';
      detail := format('%s queries wait in lane %s, as many as it takes.', waiting, lane.name);
    end if;
    if code is not null then
      return next;
      continue;
    end if;

    query.queue_order := nextval('sluice.queue_order');
    query.submitted_at := clock_timestamp();
    query.run_at := case when request.run_at > now() then request.run_at end;
    query.queue_timeout_at := coalesce(query.run_at, now())
      + make_interval(secs => coalesce(request.queue_timeout_seconds, lane.queue_timeout_seconds));
    query.attempt := 0;
    query.interruptions := 0;
    query.worker_losses := 0;
    query.max_attempts := coalesce(request.max_attempts, 1);
    query.priority := coalesce(request.priority, 5);
    query.state := 'queued';
    query.sql := request.sql;
    query.params := coalesce(request.params, '[]');
    query.labels := coalesce(request.labels, '{}');
    query.webhooks := request.webhooks;
    query.retry_of := request.retry_of;
    query.abandon_after_seconds := request.abandon_after_seconds;
    query.traceparent := request.traceparent;
    query.tracestate := request.tracestate;
    query.explain := nullif(request.explain, false);
    accepted := accepted || query;
    if request.idempotency_key is not null then
      keys := keys || row(
        query.tenant, request.idempotency_key, coalesce(request.request_hash, ''), query.id, now()
      )::sluice.idempotency_keys;
    end if;
    if query.run_at is not null then
      perform sluice.add_ticket(query.lane, query.run_at);
    elsif query.lane <> all (lanes) then
      lanes := lanes || query.lane;
    end if;
    waiting := waiting + 1;
    return next;
  end loop;

  insert into sluice.queries select * from unnest(accepted);
  insert into sluice.queue (query_id, queue_order, lane, tenant, source, priority, run_at, queue_timeout_at, delayed)
  select id, queue_order, lane, tenant, source, priority, run_at, queue_timeout_at, run_at is not null
  from unnest(accepted);
  insert into sluice.query_events (query_id, attempt, state) select id, 0, 'queued' from unnest(accepted);
  if requests @? '$[*].abandon_after_seconds ? (@ != null)' then
    insert into sluice.watched (query_id, abandon_at, abandon_after_seconds)
    select id, now() + make_interval(secs => abandon_after_seconds), abandon_after_seconds
    from unnest(accepted) where abandon_after_seconds is not null;
  end if;
  if keys <> '{}' then
    insert into sluice.idempotency_keys select * from unnest(keys);
  end if;

  -- In one order, so that concurrent submissions never wait for each other in a circle.
  lanes := array(select unnest(lanes) order by 1);
  for i in 1..cardinality(lanes) loop
    perform sluice.add_ticket(lanes[i]);
  end loop;
end
$function$;

create aggregate sluice.sum_counts(bigint[]) (sfunc = sluice.add_counts, stype = bigint[], initcond = '{}');

CREATE OR REPLACE FUNCTION sluice.tell_of_alert(in_alert sluice.alerts, in_type text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into sluice.deliveries (id, webhook, type, payload)
  select sluice.uuid_v7(), webhooks.name, in_type,
    jsonb_build_object(
      'type', in_type,
      'timestamp', sluice.iso_time(case in_type when 'alert.firing' then in_alert.fired_at else in_alert.resolved_at end),
      'data', jsonb_build_object(
        'id', in_alert.id, 'rule', rules.name, 'description', rules.description, 'measure', in_alert.measure,
        'subject', in_alert.subject, 'comparison', in_alert.comparison, 'threshold', in_alert.threshold,
        'value', in_alert.value, 'started_at', sluice.iso_time(in_alert.started_at),
        'fired_at', sluice.iso_time(in_alert.fired_at), 'resolved_at', sluice.iso_time(in_alert.resolved_at)))
  from sluice.alert_rules rules
  join sluice.webhooks on webhooks.enabled and in_type = any (webhooks.events)
    and (webhooks.name = any (rules.webhooks)
      or rules.webhooks is null and (
        webhooks.lanes is null or in_alert.subject = any (webhooks.lanes)
        -- What is of no lane concerns all of them; a webhook without any is told of what names it alone.
        or cardinality(webhooks.lanes) > 0
          and in_alert.measure not in ('failure_rate', 'queue_depth', 'oldest_wait_seconds')))
  where rules.name = in_alert.rule;
  if found then
    perform pg_notify('sluice_deliveries', '');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.tell_webhooks(ended uuid[])
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  written integer;
begin
  if not exists (select from sluice.webhooks where enabled) then
    return 0;
  end if;
  insert into sluice.deliveries (id, webhook, type, query_id, payload)
  select sluice.uuid_v7(), webhooks.name, 'query.' || queries.state, queries.id,
    jsonb_build_object(
      'type', 'query.' || queries.state,
      'timestamp', sluice.iso_time(queries.finished_at),
      'data', jsonb_build_object(
        'id', queries.id, 'state', queries.state, 'source', queries.source, 'lane', queries.lane,
        'tenant', queries.tenant, 'labels', queries.labels, 'attempt', queries.attempt,
        'schedule', fires.schedule, 'fire_at', sluice.iso_time(fires.fire_at),
        'submitted_at', sluice.iso_time(queries.submitted_at), 'started_at', sluice.iso_time(queries.started_at),
        'finished_at', sluice.iso_time(queries.finished_at),
        'rows', case when queries.state = 'succeeded' then results.rows end,
        'error', sluice.told_error(queries.error),
        'links', jsonb_build_object(
          'self', '/v1/queries/' || queries.id, 'result', '/v1/queries/' || queries.id || '/result')))
  from unnest(ended) each (id)
  join sluice.queries on queries.id = each.id
  join sluice.webhooks on webhooks.enabled and webhooks.tenant = queries.tenant
    and 'query.' || queries.state = any (webhooks.events)
    and (webhooks.lanes is null or queries.lane = any (webhooks.lanes) or webhooks.name = any (queries.webhooks))
  left join sluice.results on results.query_id = queries.id
  left join sluice.fires on fires.query_id = queries.id;
  get diagnostics written = row_count;
  if written > 0 then
    perform pg_notify('sluice_deliveries', '');
  end if;
  return written;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.time_out_queued()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  ids uuid[];
begin
  with late as (
    delete from sluice.queue
    where query_id in (
      select query_id from sluice.queue where queue_timeout_at <= now()
      order by queue_timeout_at limit 1000 for update skip locked)
    returning query_id
  ),
  ended as (
    update sluice.queries
    set state = 'timed_out', finished_at = clock_timestamp(),
        error = jsonb_build_object(
          'code', 'queue_timeout', 'retryable', true,
          'message', 'The query found no free slot within its queue_timeout_seconds.')
    from late
    where id = query_id and state = 'queued'
    returning id, attempt
  ),
  recorded as (
    insert into sluice.query_events (query_id, attempt, state, reason)
    select id, attempt, 'timed_out', 'queue_timeout' from ended
  )
  select array_agg(id) into ids from ended;
  perform sluice.tell_webhooks(ids);
  for i in 0..(coalesce(cardinality(ids), 0) - 1) / 200 loop
    perform pg_notify('sluice_done', array_to_string(ids[i * 200 + 1:i * 200 + 200], ','));
  end loop;
  return coalesce(cardinality(ids), 0);
end
$function$;

CREATE OR REPLACE FUNCTION sluice.told_error(error jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select error || jsonb_strip_nulls(jsonb_build_object(
    'message', sluice.told_text(error ->> 'message', error ->> 'sqlstate'),
    'hint', sluice.told_text(error ->> 'hint', error ->> 'sqlstate')))
$function$;

CREATE OR REPLACE FUNCTION sluice.told_text(said text, sqlstate text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select left(
    case
      when sqlstate is null or sqlstate !~ '^(22|23|P0)' then said
      when said ~ '["''«»„“”‘’‹›「」].*["''«»“”‘’‹›」]'
        then regexp_replace(said, '["''«»„“”‘’‹›「」].*["''«»“”‘’‹›」]', '(hidden)')
      -- A mark that nothing closes.
      else regexp_replace(said, '["''«»„“”‘’‹›「」].*$', '(hidden)')
    end,
    2000)
$function$;

CREATE OR REPLACE FUNCTION sluice.try_again(in_query uuid, in_token bigint, in_error jsonb)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  query sluice.queries;
  free_times integer := case in_error ->> 'code' when 'source_busy' then 20 when 'result_lost' then 3 end;
  failures integer;
begin
  select * into query from sluice.queries
  where id = in_query and lease_token = in_token and state in ('running', 'canceling')
  for update;
  if not found then
    return null;
  end if;
  if free_times is not null then
    select count(*) + 1 into failures from sluice.query_events
    where query_id = in_query and reason = in_error ->> 'code';
  else
    failures := query.attempt - query.interruptions - query.worker_losses;
  end if;
  if failures >= coalesce(free_times, query.max_attempts)
    or not exists (select from sluice.sources where name = query.source and not writes)
  then
    return query.state;
  end if;
  return sluice.requeue(
    in_query, in_token, in_error ->> 'code', free_times is not null, in_error,
    clock_timestamp() + make_interval(secs => random() * least(2.0 ^ (failures - 1), 60)));
end
$function$;

CREATE OR REPLACE FUNCTION sluice.uuid_v7()
 RETURNS uuid
 LANGUAGE sql
 PARALLEL SAFE
AS $function$
  -- 48 bits of milliseconds, then the random bits of a version 4 UUID with the version set to 7.
  select encode(
    set_byte(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      6, (get_byte(uuid_send(gen_random_uuid()), 0) & 15) | 112),
    'hex')::uuid
$function$;

CREATE OR REPLACE FUNCTION sluice.webhook_removed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  users text;
begin
  select string_agg(named, ', ' order by named) into users
  from (
    select 'alert rule ' || name from sluice.alert_rules where old.name = any (webhooks)
    union all select 'schedule ' || name from sluice.schedules where old.name = any (webhooks)
  ) each (named);
  if users is not null then
    raise exception 'Webhook % is named by %. Take it out there first, so that nothing falls silent unnoticed.', old.name, users
      using errcode = 'SLUIC', detail = 'code: webhook_in_use';
  end if;
  return old;
end
$function$;

CREATE OR REPLACE FUNCTION sluice.webhooks_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.enabled and not old.enabled then
    new.disabled_at := null;
    new.disabled_reason := null;
  end if;
  if new.enabled and not old.enabled or new.url <> old.url then
    new.failing_since := null;
    new.failing_anew_since := null;
    new.last_failure_at := null;
    new.not_before := null;
  end if;
  if (new.url, new.events, new.lanes, new.enabled, new.description) is distinct from
    (old.url, old.events, old.lanes, old.enabled, old.description)
  then
    new.updated_at := clock_timestamp();
    perform pg_notify('sluice_deliveries', '');
  elsif old.not_before > clock_timestamp() and new.not_before is null then
    perform pg_notify('sluice_deliveries', '');
  end if;
  return new;
end
$function$;

CREATE TRIGGER alert_rule_removed BEFORE DELETE ON sluice.alert_rules FOR EACH ROW EXECUTE FUNCTION sluice.alert_rule_removed();
CREATE TRIGGER count_fires AFTER INSERT OR UPDATE ON sluice.fires FOR EACH ROW EXECUTE FUNCTION sluice.count_fires();
CREATE TRIGGER lanes_changed AFTER INSERT OR UPDATE ON sluice.lanes FOR EACH ROW EXECUTE FUNCTION sluice.lanes_changed();
CREATE TRIGGER history_follows AFTER DELETE ON sluice.queries REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION sluice.history_follows();
CREATE TRIGGER schedules_changed BEFORE INSERT OR UPDATE ON sluice.schedules FOR EACH ROW EXECUTE FUNCTION sluice.schedules_changed();
CREATE TRIGGER source_secrets_changed AFTER INSERT OR UPDATE ON sluice.source_secrets FOR EACH ROW EXECUTE FUNCTION sluice.sources_changed();
CREATE TRIGGER sources_changed BEFORE UPDATE ON sluice.sources FOR EACH ROW EXECUTE FUNCTION sluice.sources_changed();
CREATE TRIGGER webhook_removed BEFORE DELETE ON sluice.webhooks FOR EACH ROW EXECUTE FUNCTION sluice.webhook_removed();
CREATE TRIGGER webhooks_changed BEFORE UPDATE ON sluice.webhooks FOR EACH ROW EXECUTE FUNCTION sluice.webhooks_changed();

comment on schema sluice is 'Asynchronous SQL: queries, their queue, their results. See docs/ of the package.';
comment on table sluice.alert_rules is 'When to raise an alert. Rows may be changed from psql. See docs/alerts.md.';
comment on column sluice.alert_rules.name is 'Name, as requests use it.';
comment on column sluice.alert_rules.description is 'What it means, for people.';
comment on column sluice.alert_rules.measure is 'What is measured; see alert_measure().';
comment on column sluice.alert_rules.subject is 'Only this one, such as a lane; null: each on its own.';
comment on column sluice.alert_rules.comparison is 'Whether values above or below the threshold break the rule.';
comment on column sluice.alert_rules.threshold is 'The value that is still allowed.';
comment on column sluice.alert_rules.for_seconds is 'The rule must be broken for so long before the alert fires.';
comment on column sluice.alert_rules.window_seconds is 'Span of time that a rate looks at.';
comment on column sluice.alert_rules.least_samples is 'A rate over fewer queries than this is not judged.';
comment on column sluice.alert_rules.enabled is 'While false it is not looked at, and what it raised is resolved.';
comment on column sluice.alert_rules.webhooks is 'Webhooks that are told; null: every one that wants alerts.';
comment on column sluice.alert_rules.created_at is 'When it was added.';
comment on column sluice.alert_rules.updated_at is 'When somebody last changed it.';
comment on table sluice.alerts is 'Times at which a rule was broken: pending, firing, then resolved.';
comment on column sluice.alerts.id is 'UUIDv7.';
comment on column sluice.alerts.rule is 'The rule.';
comment on column sluice.alerts.subject is 'What broke it, such as a lane; empty where there is but one.';
comment on column sluice.alerts.value is 'The value when it was last looked at; of one that is resolved that which resolved it, or the last if there was none.';
comment on column sluice.alerts.started_at is 'Since when the rule is broken.';
comment on column sluice.alerts.fired_at is 'When it had been for for_seconds; null: it has not yet.';
comment on column sluice.alerts.resolved_at is 'When it no longer was; null: it still is.';
comment on column sluice.alerts.measure is 'What its rule measured.';
comment on column sluice.alerts.comparison is 'Whether values above or below the threshold broke the rule.';
comment on column sluice.alerts.threshold is 'The value that was still allowed.';
comment on view sluice.attempts is 'Every attempt of every query: who made it, when, how it ended and with which error. Derived from sluice.query_events, so that a run writes nothing for it.';
comment on column sluice.attempts.query_id is 'The query.';
comment on column sluice.attempts.attempt is 'Number of the attempt, from 1.';
comment on column sluice.attempts.worker_id is 'Worker that made it.';
comment on column sluice.attempts.started_at is 'When it was claimed.';
comment on column sluice.attempts.finished_at is 'When it ended; null: it runs.';
comment on column sluice.attempts.outcome is 'running, succeeded, failed, canceled, timed_out; or, if the query went on: tried_again (after an error), interrupted (by a worker that stopped), worker_lost.';
comment on column sluice.attempts.error is 'Its error; null: none.';
comment on table sluice.audit is 'Actions taken over HTTP: changes to lanes, sources, workers and schedules, cancels and retries, and queries that were submitted from the admin page.';
comment on column sluice.audit.id is 'Rises with time.';
comment on column sluice.audit.at is 'When.';
comment on column sluice.audit.tenant is 'Whose things were acted on.';
comment on column sluice.audit.actor is 'Who: the name given at the login of the admin page, or "API key".';
comment on column sluice.audit.address is 'Network address that the request came from.';
comment on column sluice.audit.action is 'What: thing.verb, such as lane.pause.';
comment on column sluice.audit.target is 'Name or id of the thing; null: it was about many.';
comment on column sluice.audit.detail is 'What the request asked for, without secrets.';
comment on view sluice.backlog is 'One number per lane for a scaler such as KEDA: slots that the lane could use now. select sum(backlog) from sluice.backlog, with the slots of one worker as the target.';
comment on column sluice.backlog.lane is 'Name of the lane.';
comment on column sluice.backlog.backlog is 'Queries that run or wait for a slot, at most the concurrency of the lane; those that wait in a paused lane do not count.';
comment on table sluice.beat is 'Which worker fires schedules. It holds an advisory lock while it does; without a heartbeat for 3 s another takes over.';
comment on column sluice.beat.only_row is 'There is one row.';
comment on column sluice.beat.term is 'Counts holders.';
comment on column sluice.beat.worker_id is 'The worker that holds it; null: nobody, or none has ever.';
comment on column sluice.beat.backend_pid is 'Its connection, which holds the lock.';
comment on column sluice.beat.held_since is 'Since when.';
comment on column sluice.beat.heartbeat_at is 'When it last said that it is alive.';
comment on column sluice.beat.ticked_at is 'When it last went through all that is due without an error.';
comment on column sluice.beat.store_latency_seconds is 'What a durable write to PostgreSQL takes, measured once a second by the holder: the mean of about ten.';
comment on view sluice.chunk_partitions is 'Partitions of sluice.chunks, one for each day on which results expire.';
comment on column sluice.chunk_partitions.name is 'Name of the table, in schema sluice.';
comment on column sluice.chunk_partitions.expires_on is 'Its day (UTC).';
comment on column sluice.chunk_partitions.state is 'in use; expired: it is dropped once nobody reads it any more; detached: dropping it was begun.';
comment on column sluice.chunk_partitions.results is 'Results whose chunks lie in it.';
comment on column sluice.chunk_partitions.stored_bytes is 'Bytes of their chunks, by their manifests.';
comment on column sluice.chunk_partitions.disk_bytes is 'What it takes up on disk, with its indexes.';
comment on table sluice.chunks is 'Chunks of results: each one zstd frame that holds whole Arrow record batch messages. Partitioned by the day on which they expire.';
comment on column sluice.chunks.expires_on is 'UTC day of expiry.';
comment on column sluice.chunks.n is 'Number within the result, from 0.';
comment on column sluice.chunks.query_id is 'The query.';
comment on column sluice.chunks.token is 'Lease token of the attempt that wrote it; the manifest names the one that counts.';
comment on column sluice.chunks.first_row is 'Number of its first row within the result, from 0.';
comment on column sluice.chunks.checksum is 'CRC-32 of data, as crc32() of PostgreSQL 18 computes it.';
comment on column sluice.chunks.rows is 'Rows in it.';
comment on column sluice.chunks.raw_bytes is 'Bytes before compression.';
comment on column sluice.chunks.data is 'The zstd frame; null: it is in S3.';
comment on column sluice.chunks.segment is 'Number of the object in S3 that holds the frame; null: data holds it.';
comment on column sluice.chunks.object_offset is 'Where the frame begins within that object, in bytes.';
comment on column sluice.chunks.stored_bytes is 'Length of the frame within that object.';
comment on table sluice.corrupt_chunks is 'Chunks that a reader found missing or damaged. A row here is worth an alert: a disk, a bucket or somebody has lost data.';
comment on column sluice.corrupt_chunks.query_id is 'The query.';
comment on column sluice.corrupt_chunks.n is 'Number of the chunk within its result.';
comment on column sluice.corrupt_chunks.first_seen_at is 'When it was first found so.';
comment on column sluice.corrupt_chunks.last_seen_at is 'When it was last found so.';
comment on column sluice.corrupt_chunks.reads is 'How often.';
comment on column sluice.corrupt_chunks.reason is 'What was found.';
comment on table sluice.cost_rates is 'Prices for the view sluice.costs, in a currency of your choice. Of the rows that fit a query the one counts that names its tenant, else its lane, else its source; * stands for every one.';
comment on column sluice.cost_rates.tenant is 'Whose queries it is for.';
comment on column sluice.cost_rates.lane is 'The lane that it is for.';
comment on column sluice.cost_rates.source is 'The source that it is for.';
comment on column sluice.cost_rates.per_query is 'Price of a query.';
comment on column sluice.cost_rates.per_second is 'Price of a second of run time.';
comment on column sluice.cost_rates.per_gib is 'Price of a GiB of result, before compression.';
comment on view sluice.costs is 'What was used and what it cost, by day, tenant, lane, source and label. Prices are rows of sluice.cost_rates. Rows without a label count every query once; those with one add up to more where queries have several.';
comment on column sluice.costs.day is 'UTC day on which the queries ended.';
comment on column sluice.costs.tenant is 'Whose they were.';
comment on column sluice.costs.lane is 'Their lane.';
comment on column sluice.costs.source is 'Their source.';
comment on column sluice.costs.label is 'key:value for the queries with this label; null: all of them.';
comment on column sluice.costs.queries is 'Queries that ended.';
comment on column sluice.costs.seconds is 'Their run time.';
comment on column sluice.costs.rows is 'Rows of their results.';
comment on column sluice.costs.bytes is 'Bytes of their results, before compression.';
comment on column sluice.costs.cost is 'Their price, by the rate that fits best; null: no rate fits.';
comment on table sluice.deliveries is 'What webhooks are told: written in the transaction of the event, sent by the holder of the beat, tried again until it is taken.';
comment on column sluice.deliveries.id is 'UUIDv7; with msg_ before it the webhook-id, the same for every attempt.';
comment on column sluice.deliveries.webhook is 'To whom.';
comment on column sluice.deliveries.type is 'Event, such as query.failed.';
comment on column sluice.deliveries.query_id is 'The query that ended; null: the event is of no query.';
comment on column sluice.deliveries.state is 'pending, delivered, or failed: no attempt is left.';
comment on column sluice.deliveries.attempts is 'Attempts since it was written, or since it was last sent again by hand.';
comment on column sluice.deliveries.created_at is 'When the event happened.';
comment on column sluice.deliveries.next_attempt_at is 'Not to be sent before; while it is being sent, when another may try.';
comment on column sluice.deliveries.finished_at is 'When it was taken or given up.';
comment on column sluice.deliveries.payload is 'Body that is sent.';
comment on column sluice.deliveries.log is 'Attempts: [{at, status, error, duration_ms}].';
comment on table sluice.dropped_objects is 'Objects in S3 that no manifest names any more; the maintenance deletes them, then the row.';
comment on column sluice.dropped_objects.bucket is 'Their bucket.';
comment on column sluice.dropped_objects.object_prefix is 'What their keys begin with.';
comment on column sluice.dropped_objects.dropped_at is 'Since when.';
comment on view sluice.failures is 'What failed or timed out in the last 24 hours, by lane, source and error, the most frequent first.';
comment on column sluice.failures.lane is 'Their lane.';
comment on column sluice.failures.source is 'Their source.';
comment on column sluice.failures.state is 'failed or timed_out.';
comment on column sluice.failures.code is 'Code of the error, see docs/errors.md.';
comment on column sluice.failures.sqlstate is 'SQLSTATE, if the source gave one.';
comment on column sluice.failures.queries is 'Queries that ended so.';
comment on column sluice.failures.first_at is 'When the first of them did.';
comment on column sluice.failures.last_at is 'When the last of them did.';
comment on column sluice.failures.last_query_id is 'The last of them.';
comment on column sluice.failures.last_message is 'Its message.';
comment on column sluice.failures.last_sql is 'Its statement, as submitted.';
comment on column sluice.failures.last_trace_id is 'The distributed trace that it was submitted in; null: none.';
comment on table sluice.fingerprints is 'Shapes of statements: texts that differ in constants, comments and white space only have one.';
comment on column sluice.fingerprints.fingerprint is 'First half of the SHA-256 of the shape.';
comment on column sluice.fingerprints.last_seen_on is 'UTC day on which a query of this shape last ended.';
comment on column sluice.fingerprints.normalized is 'The shape: the text without its constants, at most 10,000 characters.';
comment on table sluice.fire_totals is 'How fires have come out since they are counted, and how their queries ended: sums of the rows only rise, for /metrics. There is a row for each transaction that counted while the others were locked.';
comment on column sluice.fire_totals.id is 'Tells rows apart, no more.';
comment on column sluice.fire_totals.submitted is 'Fires that submitted a query, manual ones too.';
comment on column sluice.fire_totals.skipped is 'Fires that an overlap policy left out.';
comment on column sluice.fire_totals.missed is 'Nominal times that a misfire policy left out.';
comment on column sluice.fire_totals.refused is 'Fires whose submission was refused.';
comment on column sluice.fire_totals.succeeded is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.failed is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.canceled is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.timed_out is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.late_ms is 'Sum of the times from nominal time to submission, without manual runs.';
comment on column sluice.fire_totals.late is 'These times, counted by the bounds of histogram_bounds().';
comment on table sluice.fires is 'History of schedules. The key is what makes a nominal time fire once: the row is written in the transaction that submits the query.';
comment on column sluice.fires.schedule is 'The schedule.';
comment on column sluice.fires.fire_at is 'Nominal time; of a manual run the time of the call, a microsecond after a whole millisecond, at which no nominal time lies.';
comment on column sluice.fires.kind is 'scheduled, or manual: somebody asked for it.';
comment on column sluice.fires.outcome is 'submitted; waiting (for the end of an earlier query, for room in the lane, or behind a fire that waits); skipped (by overlap_policy, see detail); missed (too late, by misfire_policy); refused (the submission was, see code).';
comment on column sluice.fires.missed is 'Nominal times just before this one that misfire_policy left out.';
comment on column sluice.fires.decided_at is 'When the outcome came about.';
comment on column sluice.fires.previous_fire_at is 'What {{previous_fire_at}} stands for: nominal time of the last fire before that was submitted.';
comment on column sluice.fires.query_id is 'The query that it submitted.';
comment on column sluice.fires.query_state is 'How that ended; null: it has not, or its row was removed before it was looked at.';
comment on column sluice.fires.finished_at is 'When it ended.';
comment on column sluice.fires.code is 'Why it was refused, skipped or waits: a code of docs/errors.md, or overlap.';
comment on column sluice.fires.detail is 'The same for people.';
comment on table sluice.history is 'One narrow row per ended query, kept as long as its row in sluice.queries: what lists and searches look through.';
comment on column sluice.history.query_id is 'The query.';
comment on column sluice.history.finished_at is 'When it ended.';
comment on column sluice.history.statement_id is 'Its text, in sluice.statements.';
comment on column sluice.history.worker_id is 'Worker of its last claim; null: it was never claimed.';
comment on column sluice.history.wait_ms is 'From the moment on which it might run to its last claim, or to its end if it never ran.';
comment on column sluice.history.run_ms is 'From its last claim to its end; null: it never ran.';
comment on column sluice.history.rows is 'Rows of its result.';
comment on column sluice.history.raw_bytes is 'Bytes of its result, before compression.';
comment on column sluice.history.state is 'Its terminal state.';
comment on column sluice.history.lane is 'As in queries.';
comment on column sluice.history.tenant is 'As in queries.';
comment on column sluice.history.source is 'As in queries.';
comment on column sluice.history.code is 'Code of its error.';
comment on column sluice.history.sqlstate is 'SQLSTATE of its error, if the source gave one.';
comment on table sluice.history_labels is 'The labels of the queries in sluice.history.';
comment on column sluice.history_labels.label is 'hashtextextended(name || '':'' || value, 0).';
comment on column sluice.history_labels.query_id is 'The query.';
comment on table sluice.idempotency_keys is 'Idempotency-Key of accepted submissions, kept for 24 hours.';
comment on column sluice.idempotency_keys.tenant is 'Whose key.';
comment on column sluice.idempotency_keys.key is 'The key that the client sent.';
comment on column sluice.idempotency_keys.request_hash is 'SHA-256 of the request that came with it.';
comment on column sluice.idempotency_keys.query_id is 'The query that it made.';
comment on column sluice.idempotency_keys.created_at is 'When.';
comment on table sluice.installation is 'One row: this control database.';
comment on column sluice.installation.id is 'Stands in the keys of its objects in S3.';
comment on column sluice.installation.created_at is 'When it was made.';
comment on table sluice.lanes is 'Named queues, each with its own limits. Changes take effect with the next claim; see pause_lane() and resume_lane().';
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
comment on column sluice.lanes.s3_above_bytes is 'Results with more stored bytes than this lie in S3, 0: every result but those in the manifest itself; null: none does.';
comment on column sluice.lanes.archive_after_days is 'Results move from PostgreSQL to S3 so many days after they were stored; null: they stay.';
comment on column sluice.lanes.max_attempts is 'Most attempts that a request may ask for.';
comment on view sluice.lanes_live is 'Every lane with its load now. The table, with the limits, is sluice.lanes.';
comment on column sluice.lanes_live.lane is 'Name of the lane.';
comment on column sluice.lanes_live.paused is 'While true nothing of this lane is started.';
comment on column sluice.lanes_live.concurrency is 'Most queries of this lane that run at one time.';
comment on column sluice.lanes_live.running is 'Queries that run.';
comment on column sluice.lanes_live.waiting is 'Queries that wait for a slot: the depth of the lane.';
comment on column sluice.lanes_live.scheduled is 'Queries that wait for their run_at.';
comment on column sluice.lanes_live.oldest_wait_seconds is 'How long the one of them has waited for a slot that has waited longest; 0: none waits.';
comment on column sluice.lanes_live.max_queued is 'Most queries that may wait.';
comment on column sluice.lanes_live.slots is 'Slots of the workers that serve this lane, shared with the other lanes that they serve.';
comment on sequence sluice.lease_tokens is 'Fencing tokens. Every claim takes the next one; every write of a run must show it.';
comment on table sluice.leases is 'Queries that run: exactly those with state running or canceling. Writes of a run lock this row and must match its token; counting a lane''s rows gives its load.';
comment on column sluice.leases.query_id is 'The query.';
comment on column sluice.leases.token is 'Fencing token of this claim.';
comment on column sluice.leases.worker_id is 'Worker that holds it.';
comment on column sluice.leases.granted_at is 'When it was claimed.';
comment on column sluice.leases.lane is 'As in queries.';
comment on column sluice.leases.tenant is 'As in queries.';
comment on column sluice.leases.source is 'As in queries.';
comment on column sluice.leases.orphaned_at is 'Since when nobody answers for the run. Its session at the source has been noted in orphans; a cancel waits for that.';
comment on table sluice.migrations is 'Numbered migrations that were applied.';
comment on column sluice.migrations.name is 'File name without .sql.';
comment on column sluice.migrations."timestamp" is 'When.';
comment on table sluice.migrations_lock is 'Unused; the migration library makes it.';
comment on column sluice.migrations_lock.id is 'Unused.';
comment on column sluice.migrations_lock.is_locked is 'Unused.';
comment on table sluice.orphans is 'Sessions at sources that nobody answers for any more: their worker died, or could not see their end. Any worker ends them there and deletes the row once they are gone.';
comment on column sluice.orphans.id is 'Rises with time.';
comment on column sluice.orphans.worker_id is 'Worker that opened it.';
comment on column sluice.orphans.query_id is 'Query that ran in it, if that is known.';
comment on column sluice.orphans.found_at is 'Since when it is one.';
comment on column sluice.orphans.try_at is 'Not to be tried again before.';
comment on column sluice.orphans.backend_start is 'Start of the session; with pid it names one session for ever. Null: only its name is known.';
comment on column sluice.orphans.pid is 'Process of the session at the source.';
comment on column sluice.orphans.tries is 'How often its end was tried.';
comment on column sluice.orphans.source is 'Where it is.';
comment on column sluice.orphans.application_name is 'Name that belongs to one run alone: sluice:query:attempt:token. Null: the session is known otherwise.';
comment on view sluice.overview is 'What happened in all lanes in the last five minutes, and what is stored: with lanes_live and workers_live what the overview of the admin page shows.';
comment on column sluice.overview.at is 'Now.';
comment on column sluice.overview.counted_until is 'What happened before this moment is counted; null: nothing has been.';
comment on column sluice.overview.submitted is 'Queries accepted.';
comment on column sluice.overview.succeeded is 'Queries that ended so.';
comment on column sluice.overview.failed is 'Queries that ended so.';
comment on column sluice.overview.canceled is 'Queries that ended so.';
comment on column sluice.overview.timed_out is 'Queries that ended so.';
comment on column sluice.overview.failure_rate is 'Share of what ended that failed or timed out, 0 to 1; null: nothing ended.';
comment on column sluice.overview.rows is 'Rows of their results.';
comment on column sluice.overview.bytes is 'Bytes of their results, before compression.';
comment on column sluice.overview.wait_ms_p50 is 'Half of them waited no longer for a slot; as counted in buckets.';
comment on column sluice.overview.wait_ms_p95 is '95 of 100 waited no longer.';
comment on column sluice.overview.wait_ms_p99 is '99 of 100 waited no longer.';
comment on column sluice.overview.run_ms_p50 is 'Half of them ran no longer.';
comment on column sluice.overview.run_ms_p95 is '95 of 100 ran no longer.';
comment on column sluice.overview.run_ms_p99 is '99 of 100 ran no longer.';
comment on column sluice.overview.results_bytes is 'Bytes of all results in PostgreSQL; null: nobody looked.';
comment on column sluice.overview.database_bytes is 'Size of the control database; null: nobody looked.';
comment on column sluice.overview.looked_at is 'When the sizes were looked at.';
comment on column sluice.overview.beat_worker_id is 'Worker that holds the beat, which fires schedules and looks at alerts; null: none ever has.';
comment on column sluice.overview.beat_ticked_at is 'When it last went through all that is due; longer than 10 s ago: it stands still.';
comment on table sluice.plans is 'Plans of queries that asked for them, one per attempt, of at most 1 MiB; kept as long as the query. They show values of parameters.';
comment on column sluice.plans.query_id is 'The query.';
comment on column sluice.plans.attempt is 'Attempt that was about to run.';
comment on column sluice.plans.captured_at is 'When.';
comment on column sluice.plans.plan is 'What EXPLAIN (FORMAT JSON) answered.';
comment on table sluice.queries is 'One row per query: the truth about it. States: queued, running, canceling, then succeeded, failed, canceled or timed_out.';
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
comment on column sluice.queries.webhooks is 'Webhooks that the request names, to be told of its end besides those of its lane; null: none.';
comment on column sluice.queries.retry_of is 'The ended query that this one repeats, see retry(); null: none.';
comment on column sluice.queries.traceparent is 'W3C Trace Context of the submission, version 00: the parent of the spans of its runs; null: none.';
comment on column sluice.queries.abandon_after_seconds is 'Canceled when nobody has asked about it for so long; null: it runs whoever asks.';
comment on column sluice.queries.tracestate is 'What came with it for the systems that take part in the trace; null: nothing.';
comment on column sluice.queries.explain is 'True: the plan that the source chooses is kept with each attempt; see plans.';
comment on table sluice.query_events is 'Every state that a query entered, in order: the path that the auditor checks.';
comment on column sluice.query_events.id is 'Rises with time within a query.';
comment on column sluice.query_events.query_id is 'The query.';
comment on column sluice.query_events.at is 'When.';
comment on column sluice.query_events.attempt is 'Attempt at that moment.';
comment on column sluice.query_events.state is 'State entered.';
comment on column sluice.query_events.reason is 'Why, where the state does not say: interrupted, worker_lost, abandoned, an error code; soft_timeout: the query did not enter the state with this event, most of its time is used.';
comment on column sluice.query_events.worker_id is 'Worker that caused it, if one did.';
comment on column sluice.query_events.error is 'Error of the attempt that this event ended, if the query goes on; that of its last attempt is in queries.error.';
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
comment on view sluice.queue_live is 'Queries that wait, with their place: what celery inspect reserved and scheduled show. The table is sluice.queue.';
comment on column sluice.queue_live.query_id is 'The query.';
comment on column sluice.queue_live.lane is 'Lane that it waits in.';
comment on column sluice.queue_live.tenant is 'Whose it is.';
comment on column sluice.queue_live.source is 'Source that is to run it.';
comment on column sluice.queue_live.priority is '1 (first) to 9 (last) within its lane.';
comment on column sluice.queue_live.status is 'waiting: for a slot; scheduled: for its run_at.';
comment on column sluice.queue_live."position" is 'Place in its lane, from 1; null while it is scheduled.';
comment on column sluice.queue_live.submitted_at is 'When it was accepted.';
comment on column sluice.queue_live.run_at is 'Not to be started before; null: at once.';
comment on column sluice.queue_live.waiting_seconds is 'How long it has waited for a slot; 0 while it is scheduled.';
comment on column sluice.queue_live.queue_timeout_at is 'Ends as timed_out if it has not started by then; null: no limit.';
comment on column sluice.queue_live.attempt is 'How often it was claimed so far.';
comment on column sluice.queue_live.labels is 'Free labels, strings by name.';
comment on column sluice.queue_live.sql is 'The statement, as submitted.';
comment on column sluice.queue_live.trace_id is 'The distributed trace that it was submitted in; null: none.';
comment on sequence sluice.queue_order is 'Place in the queue. A query keeps its place when it is put back after an interruption.';
comment on table sluice.repeatable_migrations is 'Files of migrations/repeatable that were applied.';
comment on column sluice.repeatable_migrations.name is 'File name without .sql.';
comment on column sluice.repeatable_migrations.checksum is 'SHA-256 of its text; another text is applied again.';
comment on column sluice.repeatable_migrations.applied_at is 'When.';
comment on table sluice.result_copies is 'First rows of results as JSON, for SQL: made by a worker when fetch_rows() asks for them, gone with the result.';
comment on column sluice.result_copies.query_id is 'The query.';
comment on column sluice.result_copies.token is 'Lease token of the attempt whose result it is.';
comment on column sluice.result_copies.made_at is 'When it was made.';
comment on column sluice.result_copies.complete is 'The result has no more rows than these.';
comment on column sluice.result_copies.rows is 'Array of rows, each an array of values in the JSON form of the API.';
comment on table sluice.result_readers is 'Long downloads under way. What they read is not dropped, though its time may be over.';
comment on column sluice.result_readers.query_id is 'The query whose result is read.';
comment on column sluice.result_readers.reader_id is 'Server process that reads it for clients.';
comment on column sluice.result_readers.expires_on is 'Partition of sluice.chunks that it reads.';
comment on column sluice.result_readers.read_until is 'Until when this holds unless the server says so again.';
comment on view sluice.result_usage is 'What results take up, by tenant, lane, store and age. Reads every manifest.';
comment on column sluice.result_usage.tenant is 'Whose results.';
comment on column sluice.result_usage.lane is 'Lane of their queries.';
comment on column sluice.result_usage.store is 'manifest, postgresql or s3.';
comment on column sluice.result_usage.age is 'under an hour, under a day, under a week, under a month, or older.';
comment on column sluice.result_usage.results is 'Number of results.';
comment on column sluice.result_usage.rows is 'Their rows.';
comment on column sluice.result_usage.raw_bytes is 'Arrow bytes before compression.';
comment on column sluice.result_usage.stored_bytes is 'Bytes as stored.';
comment on table sluice.results is 'Manifests: one row per stored result. Chunks are in sluice.chunks, except that of a small result, which is in the row itself.';
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
comment on column sluice.results.bucket is 'S3 bucket that holds the chunks; null: they are in sluice.chunks.';
comment on column sluice.results.object_prefix is 'What the keys of its objects begin with: …/query id/attempt-token/; the number of the segment follows.';
comment on column sluice.results.first_rows is 'Of a result in S3: its first rows, at most 1,000 or 256 KiB of Arrow, as a zstd frame, so that its status can be read without S3.';
comment on view sluice.running is 'Queries that run now: what celery inspect active shows.';
comment on column sluice.running.query_id is 'The query.';
comment on column sluice.running.state is 'running, or canceling while a cancel is under way.';
comment on column sluice.running.lane is 'Its lane.';
comment on column sluice.running.tenant is 'Whose it is.';
comment on column sluice.running.source is 'Source that runs it.';
comment on column sluice.running.worker_id is 'Worker that runs it.';
comment on column sluice.running.worker_host is 'Host of that worker.';
comment on column sluice.running.attempt is 'Attempt.';
comment on column sluice.running.started_at is 'When this attempt was claimed.';
comment on column sluice.running.running_seconds is 'How long ago that was.';
comment on column sluice.running.timeout_at is 'When its run time limit passes.';
comment on column sluice.running.rows is 'Rows of the result that are stored.';
comment on column sluice.running.bytes is 'Bytes of them, before compression.';
comment on column sluice.running.chunks is 'Chunks of them.';
comment on column sluice.running.labels is 'Free labels, strings by name.';
comment on column sluice.running.sql is 'The statement, as submitted.';
comment on column sluice.running.trace_id is 'The distributed trace that it was submitted in; null: none.';
comment on table sluice.schedules is 'What is submitted again and again, and when. Rows may be added and changed from psql; the beat sees it at once. See docs/schedules.md.';
comment on column sluice.schedules.name is 'Name, as requests use it.';
comment on column sluice.schedules.description is 'What it is for.';
comment on column sluice.schedules.cron is 'Five fields (minute, hour, day of month, month, day of week), six with seconds first, or @daily and its like; null: interval_seconds says when.';
comment on column sluice.schedules.interval_seconds is 'Seconds from one fire to the next, counted from anchor_at; null: cron says when.';
comment on column sluice.schedules.anchor_at is 'Where intervals are counted from, and their first time if it is still to come; years 1 to 9999.';
comment on column sluice.schedules.time_zone is 'IANA time zone of the cron fields, such as Europe/Berlin.';
comment on column sluice.schedules.tenant is 'Whose queries it submits.';
comment on column sluice.schedules.source is 'Source of the queries.';
comment on column sluice.schedules.lane is 'Lane of the queries.';
comment on column sluice.schedules.sql is 'Statement of the queries.';
comment on column sluice.schedules.params is 'Array of values for $1…, as in queries; "{{fire_at}}", "{{previous_fire_at}}", "{{fire_date}}" and "{{schedule}}" stand for values of the fire.';
comment on column sluice.schedules.labels is 'Labels of the queries, besides schedule, which is its name.';
comment on column sluice.schedules.priority is 'Priority of the queries.';
comment on column sluice.schedules.timeout_seconds is 'Run time limit of the queries; null: the lane''s.';
comment on column sluice.schedules.queue_timeout_seconds is 'Limit on the wait of the queries for a slot; null: the lane''s.';
comment on column sluice.schedules.row_limit is 'Row limit of the queries; null: the lane''s.';
comment on column sluice.schedules.byte_limit is 'Byte limit of the queries; null: the lane''s.';
comment on column sluice.schedules.ttl_seconds is 'How long the results are kept; null: as the lane says.';
comment on column sluice.schedules.misfire_policy is 'What becomes of fires whose time passed while there was no beat: skip (none), one (the last of all that are due), all (the last catch_up_limit of them).';
comment on column sluice.schedules.misfire_grace_seconds is 'A fire that is late by at most this counts as on time.';
comment on column sluice.schedules.catch_up_limit is 'Most late fires that misfire_policy all makes up for.';
comment on column sluice.schedules.overlap_policy is 'What a fire does while a query of an earlier one has not ended: skip (nothing), queue (wait for its end), cancel (the earlier one), allow (run besides).';
comment on column sluice.schedules.paused is 'While true it does not fire; what falls into that time is not made up for.';
comment on column sluice.schedules.managed is 'It came from a file by sluice apply, which may remove it again.';
comment on column sluice.schedules.version is 'Counts changes by people, so that a beat never fires what it has read before a change.';
comment on column sluice.schedules.settled_until is 'Every nominal time up to here has been dealt with, to the millisecond. Set back, with next_fires emptied, it makes them up by misfire_policy.';
comment on column sluice.schedules.next_fires is 'The next nominal times after that, five if there are so many; empty until the beat has seen a change.';
comment on column sluice.schedules.problem is 'Why the beat cannot fire it; null: it can.';
comment on column sluice.schedules.created_at is 'When it was added.';
comment on column sluice.schedules.updated_at is 'When somebody last changed it.';
comment on column sluice.schedules.webhooks is 'Webhooks that its queries name; null: none.';
comment on column sluice.schedules.max_attempts is 'Attempts of each query in all, if errors that may pass end the others; null: one.';
comment on view sluice.schedules_next is 'When schedules fire next: a row for each of their next times, the soonest first. One that is paused, or has no next time, has one row without a time.';
comment on column sluice.schedules_next.schedule is 'The schedule.';
comment on column sluice.schedules_next.fire_at is 'Nominal time; null: none.';
comment on column sluice.schedules_next.in_seconds is 'How far off that is; below 0: it is due and about to fire.';
comment on column sluice.schedules_next.place is '1: its next time, 2: the one after.';
comment on column sluice.schedules_next.time_zone is 'Time zone in which its cron expression is read.';
comment on column sluice.schedules_next.local_time is 'The time there.';
comment on column sluice.schedules_next.timing is 'Its cron expression or interval.';
comment on column sluice.schedules_next.paused is 'It fires no more until it is resumed.';
comment on column sluice.schedules_next.lane is 'Lane that its queries go to.';
comment on column sluice.schedules_next.source is 'Source that runs them.';
comment on column sluice.schedules_next.last_fire_at is 'Its last fire.';
comment on column sluice.schedules_next.last_outcome is 'What became of that, see sluice.fires.';
comment on column sluice.schedules_next.last_query_id is 'The query that it submitted.';
comment on column sluice.schedules_next.problem is 'Why it cannot fire; null: nothing.';
comment on view sluice.slow_queries is 'Where the run time of the last 24 hours went, by shape of statement: texts that differ in constants, comments and white space only count together. The most expensive first.';
comment on column sluice.slow_queries.fingerprint is 'Names the shape.';
comment on column sluice.slow_queries.queries is 'Runs that ended.';
comment on column sluice.slow_queries.not_succeeded is 'Those of them that did not succeed.';
comment on column sluice.slow_queries.total_seconds is 'Their run time.';
comment on column sluice.slow_queries.share_of_total is 'Share of the run time of all queries, 0 to 1.';
comment on column sluice.slow_queries.mean_ms is 'Mean run time.';
comment on column sluice.slow_queries.p95_ms is '95 of 100 ran no longer, as counted in buckets, whose bounds lie the square root of two apart.';
comment on column sluice.slow_queries.longest_ms is 'The longest run.';
comment on column sluice.slow_queries.mean_rows is 'Mean number of rows of a result.';
comment on column sluice.slow_queries.rows is 'Rows of their results.';
comment on column sluice.slow_queries.bytes is 'Bytes of their results, before compression.';
comment on column sluice.slow_queries.last_query_id is 'One of the last of them.';
comment on column sluice.slow_queries.statement is 'The shape: the statement without its constants.';
comment on table sluice.source_secrets is 'Passwords of sources, apart from them so that reading sources never reads secrets. Workers read it; nothing returns it.';
comment on column sluice.source_secrets.source is 'The source.';
comment on column sluice.source_secrets.password is 'Its login role''s password.';
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
comment on column sluice.sources.prepared_statements is 'False: a pooler such as PgBouncer is between, and nothing is kept in its sessions. True: sessions are Sluice''s own.';
comment on view sluice.sources_live is 'Every source with its load now and how it has answered in the last five minutes. The table is sluice.sources.';
comment on column sluice.sources_live.source is 'Name of the source.';
comment on column sluice.sources_live.health is 'By the queries that ended in the last five minutes: answers; unsteady: some could not use it; failing: none could; idle: there was none.';
comment on column sluice.sources_live.running is 'Queries that run there, each on a connection of its own.';
comment on column sluice.sources_live.most_connections is 'Connections that the workers that are alive may open there, together.';
comment on column sluice.sources_live.waiting is 'Queries that wait for a slot.';
comment on column sluice.sources_live.ended is 'Queries that ended in the last five minutes.';
comment on column sluice.sources_live.failed is 'Those of them that failed or timed out.';
comment on column sluice.sources_live.unreached is 'Those of them that failed because of the source: not reached, no connection free, login refused, connection lost.';
comment on column sluice.sources_live.last_code is 'Code of the last of these errors.';
comment on table sluice.statements is 'Texts of ended queries, each once: what a search for text looks through.';
comment on column sluice.statements.id is 'Number in sluice.history.';
comment on column sluice.statements.digest is 'hashtextextended(sql, 0), by which the text is found.';
comment on column sluice.statements.fingerprint is 'Its shape, see sluice.fingerprints.';
comment on column sluice.statements.last_seen_on is 'UTC day on which a query with it last ended.';
comment on column sluice.statements.sql is 'The text, as submitted.';
comment on column sluice.statements.folded is 'The text in lower case, for searches without regard to case.';
comment on table sluice.statistics_gauges is 'The load of each lane, looked at once a minute.';
comment on column sluice.statistics_gauges.minute is 'The minute.';
comment on column sluice.statistics_gauges.lane is 'The lane.';
comment on column sluice.statistics_gauges.waiting is 'As in lanes_live.';
comment on column sluice.statistics_gauges.scheduled is 'As in lanes_live.';
comment on column sluice.statistics_gauges.running is 'As in lanes_live.';
comment on column sluice.statistics_gauges.slots is 'As in lanes_live.';
comment on column sluice.statistics_gauges.oldest_wait_seconds is 'As in lanes_live.';
comment on table sluice.statistics_minutes is 'What happened in each minute and lane. Read the view sluice.throughput.';
comment on column sluice.statistics_minutes.minute is 'Start of the minute.';
comment on column sluice.statistics_minutes.lane is 'The lane.';
comment on column sluice.statistics_minutes.submitted is 'Queries accepted.';
comment on column sluice.statistics_minutes.claimed is 'Runs started.';
comment on column sluice.statistics_minutes.succeeded is 'Queries that ended so.';
comment on column sluice.statistics_minutes.failed is 'Queries that ended so.';
comment on column sluice.statistics_minutes.canceled is 'Queries that ended so.';
comment on column sluice.statistics_minutes.timed_out is 'Queries that ended so.';
comment on column sluice.statistics_minutes.rows is 'Rows of their results.';
comment on column sluice.statistics_minutes.raw_bytes is 'Bytes of their results, before compression.';
comment on column sluice.statistics_minutes.wait_ms is 'Sum of their waits.';
comment on column sluice.statistics_minutes.run_ms is 'Sum of their runs.';
comment on column sluice.statistics_minutes.waits is 'Their waits, counted by the bounds of histogram_bounds().';
comment on column sluice.statistics_minutes.runs is 'Their runs, counted by the bounds of histogram_bounds().';
comment on table sluice.statistics_outcomes is 'How the queries of each lane have ended since statistics are kept, for /metrics.';
comment on column sluice.statistics_outcomes.lane is 'The lane.';
comment on column sluice.statistics_outcomes.state is 'Terminal state.';
comment on column sluice.statistics_outcomes.code is 'Code of the error; empty without one.';
comment on column sluice.statistics_outcomes.queries is 'Queries that ended so.';
comment on table sluice.statistics_state is 'How far roll_up() has come. One row.';
comment on column sluice.statistics_state.only_row is 'Always true.';
comment on column sluice.statistics_state.seen is 'Highest number of an event that was read.';
comment on column sluice.statistics_state.missing is 'Numbers below it that were not there: of transactions that had not ended, or were rolled back.';
comment on column sluice.statistics_state.writers is 'Transactions that may own the missing numbers.';
comment on column sluice.statistics_state.counted_until is 'What happened before this moment is counted.';
comment on column sluice.statistics_state.rolled_up_at is 'When roll_up() last ran.';
comment on table sluice.statistics_statements is 'What each shape of statement took in each hour. Read the view sluice.slow_queries.';
comment on column sluice.statistics_statements.hour is 'Start of the hour.';
comment on column sluice.statistics_statements.fingerprint is 'The shape, see sluice.fingerprints.';
comment on column sluice.statistics_statements.last_query_id is 'One of its queries.';
comment on column sluice.statistics_statements.queries is 'Runs that ended.';
comment on column sluice.statistics_statements.not_succeeded is 'Those of them that did not succeed.';
comment on column sluice.statistics_statements.rows is 'Rows of their results.';
comment on column sluice.statistics_statements.raw_bytes is 'Bytes of their results, before compression.';
comment on column sluice.statistics_statements.run_ms is 'Sum of their runs.';
comment on column sluice.statistics_statements.longest_run_ms is 'The longest of them.';
comment on column sluice.statistics_statements.runs is 'Their runs, counted by the bounds of histogram_bounds().';
comment on table sluice.statistics_storage is 'What is stored, looked at once a minute.';
comment on column sluice.statistics_storage.minute is 'The minute.';
comment on column sluice.statistics_storage.results_bytes is 'Bytes on disk of sluice.results and the partitions of sluice.chunks, with their indexes.';
comment on column sluice.statistics_storage.database_bytes is 'Bytes on disk of the control database.';
comment on table sluice.statistics_totals is 'What has happened in each lane since statistics are kept: numbers that only rise, for /metrics.';
comment on column sluice.statistics_totals.lane is 'The lane.';
comment on column sluice.statistics_totals.submitted is 'Queries accepted.';
comment on column sluice.statistics_totals.claimed is 'Runs started.';
comment on column sluice.statistics_totals.interrupted is 'Runs put back by a worker that stopped.';
comment on column sluice.statistics_totals.reaped is 'Runs taken away from a worker that had died.';
comment on column sluice.statistics_totals.rows is 'Rows of results.';
comment on column sluice.statistics_totals.raw_bytes is 'Bytes of results, before compression.';
comment on column sluice.statistics_totals.wait_ms is 'Sum of the waits of ended queries.';
comment on column sluice.statistics_totals.run_ms is 'Sum of the runs of ended queries.';
comment on column sluice.statistics_totals.waits is 'Their waits, counted by the bounds of histogram_bounds().';
comment on column sluice.statistics_totals.runs is 'Their runs, counted by the bounds of histogram_bounds().';
comment on table sluice.statistics_usage is 'What was used each day. Read the view sluice.costs.';
comment on column sluice.statistics_usage.day is 'UTC day on which the queries ended.';
comment on column sluice.statistics_usage.tenant is 'Whose they were.';
comment on column sluice.statistics_usage.lane is 'Their lane.';
comment on column sluice.statistics_usage.source is 'Their source.';
comment on column sluice.statistics_usage.label is 'key:value for the queries with this label; empty: all queries, with labels or without.';
comment on column sluice.statistics_usage.queries is 'Queries that ended.';
comment on column sluice.statistics_usage.run_ms is 'Sum of their runs.';
comment on column sluice.statistics_usage.rows is 'Rows of their results.';
comment on column sluice.statistics_usage.raw_bytes is 'Bytes of their results, before compression.';
comment on view sluice.stored_chunks is 'Chunks that manifests name, without their data; ask for one query.';
comment on column sluice.stored_chunks.query_id is 'The query.';
comment on column sluice.stored_chunks.n is 'Number within the result, from 0.';
comment on column sluice.stored_chunks.first_row is 'Number of its first row within the result, from 0.';
comment on column sluice.stored_chunks.rows is 'Rows in it.';
comment on column sluice.stored_chunks.raw_bytes is 'Arrow bytes before compression.';
comment on column sluice.stored_chunks.stored_bytes is 'Bytes of its zstd frame.';
comment on column sluice.stored_chunks.checksum is 'CRC-32 of the frame.';
comment on column sluice.stored_chunks.store is 'postgresql or s3.';
comment on column sluice.stored_chunks.object_key is 'Key of the object in S3 that holds it.';
comment on column sluice.stored_chunks.object_offset is 'Bytes before it in that object.';
comment on view sluice.stored_results is 'Results that are kept, or expired and not cleared away yet; one row each.';
comment on column sluice.stored_results.query_id is 'The query.';
comment on column sluice.stored_results.tenant is 'Whose it is.';
comment on column sluice.stored_results.lane is 'Lane of the query.';
comment on column sluice.stored_results.store is 'Where its chunks are: manifest (a small one, in sluice.results itself), postgresql (sluice.chunks) or s3.';
comment on column sluice.stored_results.complete is 'Nothing more will be added.';
comment on column sluice.stored_results.rows is 'Rows so far.';
comment on column sluice.stored_results.chunks is 'Chunks so far.';
comment on column sluice.stored_results.raw_bytes is 'Arrow bytes before compression.';
comment on column sluice.stored_results.stored_bytes is 'Bytes as stored.';
comment on column sluice.stored_results.limiting_factor is 'Limit that cut it short; null: it is whole.';
comment on column sluice.stored_results.created_at is 'When its first chunk was stored.';
comment on column sluice.stored_results.expires_at is 'When it stops being served.';
comment on column sluice.stored_results.expires_on is 'Partition of sluice.chunks.';
comment on column sluice.stored_results.bucket is 'S3 bucket of its objects.';
comment on column sluice.stored_results.object_prefix is 'What the keys of its objects begin with.';
comment on table sluice.tenants is 'Who queries belong to. One row, default, until tenants are administered.';
comment on column sluice.tenants.name is 'Name, as it stands in every query.';
comment on column sluice.tenants.created_at is 'When the tenant was added.';
comment on view sluice.throughput is 'What happened in each lane, minute by minute, for 30 days. Statistics follow within seconds; sluice.statistics_state.counted_until says how far they have come.';
comment on column sluice.throughput.minute is 'Start of the minute.';
comment on column sluice.throughput.lane is 'The lane.';
comment on column sluice.throughput.submitted is 'Queries accepted.';
comment on column sluice.throughput.succeeded is 'Queries that ended so.';
comment on column sluice.throughput.failed is 'Queries that ended so.';
comment on column sluice.throughput.canceled is 'Queries that ended so.';
comment on column sluice.throughput.timed_out is 'Queries that ended so.';
comment on column sluice.throughput.rows is 'Rows of their results.';
comment on column sluice.throughput.bytes is 'Bytes of their results, before compression.';
comment on column sluice.throughput.wait_ms_p50 is 'Half of them waited no longer for a slot.';
comment on column sluice.throughput.wait_ms_p95 is '95 of 100 waited no longer.';
comment on column sluice.throughput.wait_ms_p99 is '99 of 100 waited no longer.';
comment on column sluice.throughput.run_ms_p50 is 'Half of them ran no longer.';
comment on column sluice.throughput.run_ms_p95 is '95 of 100 ran no longer.';
comment on column sluice.throughput.run_ms_p99 is '99 of 100 ran no longer.';
comment on column sluice.throughput.waiting is 'Queries that waited for a slot, looked at once in the minute; null: nobody looked.';
comment on column sluice.throughput.running is 'Queries that ran, looked at once in the minute; null: nobody looked.';
comment on table sluice.watched is 'Queries with abandon_after_seconds: when each is canceled unless somebody asks about it before. A row goes when its time has come, whatever has become of the query.';
comment on column sluice.watched.query_id is 'The query.';
comment on column sluice.watched.abandon_at is 'When it is canceled; whoever asks puts it off.';
comment on column sluice.watched.abandon_after_seconds is 'As in queries.';
comment on table sluice.webhook_secrets is 'Signing secrets of webhooks, apart from them so that reading webhooks never reads secrets. Shown once, when made.';
comment on column sluice.webhook_secrets.webhook is 'The webhook.';
comment on column sluice.webhook_secrets.secret is 'Signs its deliveries: whsec_ and 32 random bytes in base64.';
comment on column sluice.webhook_secrets.previous_secret is 'The one before, which signs besides until previous_until.';
comment on column sluice.webhook_secrets.previous_until is 'Until when.';
comment on table sluice.webhooks is 'Addresses that are told of ends of queries and of alerts. See docs/webhooks.md.';
comment on column sluice.webhooks.name is 'Name, as requests use it.';
comment on column sluice.webhooks.tenant is 'Whose queries it is told of.';
comment on column sluice.webhooks.description is 'What it is for.';
comment on column sluice.webhooks.url is 'Where to POST.';
comment on column sluice.webhooks.events is 'Events that it is told of.';
comment on column sluice.webhooks.lanes is 'Lanes whose queries it is told of, besides those that name it; null: every lane.';
comment on column sluice.webhooks.enabled is 'While false nothing is sent, and no new delivery is written.';
comment on column sluice.webhooks.disable_after_seconds is 'It is disabled once every attempt of so long a time has failed.';
comment on column sluice.webhooks.disabled_at is 'When it was disabled by itself; null: it was not.';
comment on column sluice.webhooks.disabled_reason is 'Why.';
comment on column sluice.webhooks.failing_since is 'First failure after the last success; null: the last attempt went well.';
comment on column sluice.webhooks.last_success_at is 'When it last took a delivery.';
comment on column sluice.webhooks.not_before is 'It asked to be left alone until then, which is past, or ended by hand, if null.';
comment on column sluice.webhooks.created_at is 'When it was added.';
comment on column sluice.webhooks.updated_at is 'When somebody last changed it.';
comment on column sluice.webhooks.last_failure_at is 'Last failure after the last success; null: the last attempt went well.';
comment on column sluice.webhooks.failing_anew_since is 'First of the failures after the last pause of two days without one: a webhook is not disabled for what failed before that alone.';
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
comment on column sluice.workers.lease_seconds is 'Silent for so long it is declared dead, and its queries are taken away. It stops by itself a little earlier.';
comment on column sluice.workers.sessions is 'Its sessions at sources, [{source, pid, started_at}]: what others end there when it has died.';
comment on column sluice.workers.rss_bytes is 'Resident memory of the process at its last heartbeat.';
comment on column sluice.workers.stats is 'What the process counted and measured of itself, as of its last heartbeat; see docs/operations.md.';
comment on column sluice.workers.supervisor_pid is 'Process on the same host that started it and starts another when it ends; null: it was started by itself.';
comment on column sluice.workers.drain_reason is 'Why it claims no more, in words; null: it does not drain.';
comment on view sluice.workers_live is 'Worker processes as they are now, and those that stopped within a day: what celery inspect ping, stats and registered show. The table is sluice.workers.';
comment on column sluice.workers_live.id is 'Drawn anew at each start of a worker.';
comment on column sluice.workers_live.host is 'Host that it runs on.';
comment on column sluice.workers_live.pid is 'Process id there.';
comment on column sluice.workers_live.version is 'Sluice version.';
comment on column sluice.workers_live.status is 'alive; draining: it claims no more; silent: no heartbeat for as long as its lease, its queries are about to be taken away; stopped.';
comment on column sluice.workers_live.slots is 'Queries that it runs at one time.';
comment on column sluice.workers_live.busy is 'Queries that it runs now.';
comment on column sluice.workers_live.lanes is 'Lanes that it serves.';
comment on column sluice.workers_live.rss_bytes is 'Resident memory at its last heartbeat.';
comment on column sluice.workers_live.started_at is 'When it started.';
comment on column sluice.workers_live.heartbeat_at is 'When it last said that it is alive.';
comment on column sluice.workers_live.heartbeat_age_seconds is 'How long ago that was.';
comment on column sluice.workers_live.stopped_at is 'When it stopped or was declared dead.';
comment on column sluice.workers_live.supervisor_pid is 'Process on the same host that starts another when it ends; null: it was started by itself.';
comment on column sluice.workers_live.drain_reason is 'Why it claims no more: told to stop, asked to drain, or worn out by queries or memory.';
comment on function sluice.add_counts(a bigint[], b bigint[]) is 'The sum of two histograms, whose lengths may differ.';
comment on function sluice.add_ticket(in_lane text, not_before timestamp with time zone, origin text) is 'Sends workers to look for queries in a lane: those with a free slot at once, by notification; whichever takes the graphile-worker job that it adds, a second later or not before a time.';
comment on function sluice.alert_measure(measure text, window_seconds integer, least_samples integer, at timestamp with time zone) is 'What alert rules look at: failure_rate (by lane, of the queries that succeeded, failed or timed out), queue_depth and oldest_wait_seconds (by lane), workers (alive), store_latency_seconds (by store: postgresql, s3), storage_bytes (of the control database), corrupt_chunks (of results, that readers found within the window), beat_age_seconds (since the last tick), failed_fires (by schedule: refused, or whose query failed or timed out, within the window), broken_schedules (1 for each whose times cannot be told).';
comment on function sluice.alert_rule_removed() is 'Trigger of sluice.alert_rules: what a rule raised is resolved, and told, before it goes with its rule.';
comment on function sluice.cancel_abandoned() is 'Cancels queries that nobody has asked about for their abandon_after_seconds; returns how many.';
comment on function sluice.cancel(id uuid, why text) is 'Cancels a query: at once if it waits, by its worker if it runs. `why` stands in its events. Returns its state, unchanged if it had ended, null if there is no such query.';
comment on function sluice.check_schedule(before sluice.schedules, after sluice.schedules) is 'Refuses a schedule, or a change of one (before; null: it is new), for what its submissions would be refused for: lane, source, webhooks, limits, values of the fire in the wrong place. Part of set_schedule() and of the API.';
comment on function sluice.claim(worker uuid, in_lane text, want integer, woken boolean) is 'Starts up to `want` queries of a lane for a worker and returns what it needs to run them. `woken`: by a ticket. `more`: there may be more to claim, now or when a query of the lane ends.';
comment on function sluice.count_events(in_seen bigint, in_missing int8multirange, in_writers text[], in_ids int8multirange, in_began timestamp with time zone, whole boolean, texts jsonb) is 'Adds the events that next_events() read to the statistics, with the shapes of texts that they did not know: [{digest, query_id, fingerprint, normalized}]. Returns null; or, if it meets texts that are not known, those as [{digest, query_id, sql}] and has written nothing: call it again with their shapes. `whole`: there were no more.';
comment on function sluice.count_fires() is 'Trigger of sluice.fires: adds what became of a fire, and how its query ended, to sluice.fire_totals.';
comment on function sluice.create_chunk_partitions() is 'Makes the partitions of sluice.chunks for every day on which a result can expire; returns how many were missing.';
comment on function sluice.delete_expired_keys(most integer) is 'Deletes up to `most` idempotency keys that are older than 24 hours; returns how many.';
comment on function sluice.delete_expired_results(most integer) is 'Deletes up to `most` manifests of results that expired a quarter of an hour ago and are not read any more; returns how many.';
comment on function sluice.delete_orphaned_chunks() is 'Deletes chunks of attempts that neither run nor have left a result; returns how many.';
comment on function sluice.delete_result(id uuid) is 'Deletes the result of a query that has ended, now, whoever reads it; false if it was not kept any more.';
comment on function sluice.drain_worker(id uuid) is 'Lets a worker claim nothing more and stop once its queries have ended, like SIGTERM to its process.';
comment on function sluice.drop_expired_results() is 'Drops expired partitions of sluice.chunks at once, with manifests and idempotency keys that have expired; returns the number of partitions.';
comment on function sluice.drop_old_history(keep interval, most integer) is 'Deletes ended queries with their events, settled deliveries, fires and resolved alerts that are older, up to `most` of each; returns how many rows. A query whose result is still kept stays.';
comment on function sluice.drop_old_statistics(keep interval) is 'Drops statistics that are older, with texts and shapes that no query in the history has any more; returns how many rows. What was used each day is kept.';
comment on function sluice.drop_result(id uuid) is 'Deletes the manifest and the chunks of a query''s result, finished or not.';
comment on function sluice.drop_schedule(name text) is 'Removes a schedule and its history; queries that it submitted stay, and go on if they run.';
comment on function sluice.evaluate_alerts(at timestamp with time zone) is 'Looks at every alert rule: what has been broken for long enough fires, what no longer is is resolved, each told to webhooks once, in the same transaction. Returns how many alerts changed so.';
comment on function sluice.event_writers() is 'Transactions of others that have written events, or are about to, and have not ended.';
comment on function sluice.expired_partitions() is 'Partitions of sluice.chunks that can be dropped: their day is over, nobody reads them, and no result that is kept longer lies there. Not attached, or detaching: dropping them was interrupted.';
comment on function sluice.fetch_rows(IN id uuid, IN patience_seconds integer) is 'Has a worker copy the first rows of a result (at most 1,000, or 64 KiB of JSON) to where result_rows() reads them, and waits for it. call sluice.fetch_rows(''…'');';
comment on function sluice.finish(outcomes jsonb, blob bytea) is 'Ends runs that still hold their lease and stores their manifests; returns the state that each reached: running or canceling if chunks that its manifest counts are not there, and nothing was changed. A run that is not in the answer had lost its lease.';
comment on function sluice.fire_params(params jsonb, schedule text, fire_at timestamp with time zone, previous_fire_at timestamp with time zone, time_zone text) is 'Parameters of a schedule with {{fire_at}}, {{previous_fire_at}}, {{fire_date}} (the day in its time zone) and {{schedule}} replaced by typed values.';
comment on function sluice.fire_schedule(in_name text, in_version integer, in_settled_until timestamp with time zone, due jsonb, settles_until timestamp with time zone, upcoming timestamp with time zone[]) is 'Fires a schedule for the nominal times in `due` ([{fire_at, missed, late}]) and notes what comes next, all in one transaction. False: the schedule has changed since it was read, or another beat was first.';
comment on function sluice.give_back(in_query uuid, in_token bigint, why text) is 'Puts a run that still holds its lease back into the queue, without charging an attempt; returns the state that it reached, null if the lease was lost.';
comment on function sluice.grant_roles() is 'Gives sluice_reader and sluice_operator their rights, whatever has been added since; returns whether there are these roles. Part of every migration.';
comment on function sluice.histogram_bounds() is 'Bounds between the buckets of every histogram in statistics tables, in ms. Bucket 1 holds what is below the first; trailing empty buckets are left out.';
comment on function sluice.histogram_of(milliseconds double precision[]) is 'Counts durations by the bounds of histogram_bounds(); nulls are left out.';
comment on function sluice.histogram_quantile(counts bigint[], q double precision) is 'The duration in ms that the share q of a histogram does not exceed, taken as evenly spread within each bucket, of which it lies in the middle if it is alone; null if it is empty.';
comment on function sluice.history_follows() is 'Trigger of sluice.queries: a query that is deleted leaves sluice.history.';
comment on function sluice.hold_beat(in_pool_id text, in_term bigint) is 'Takes the beat for the worker of a graphile-worker pool, or says that it still holds it under the given term; null: another does. Its session holds the lock.';
comment on function sluice.incomplete_results(outcomes jsonb) is 'Those of the runs that finish() is told of whose chunks are not all stored: by their number, rows and bytes.';
comment on function sluice.index_texts() is 'Makes the index for searches for text, if the extension pg_trgm is there; returns whether it is.';
comment on function sluice.iso_time(at timestamp with time zone) is 'A time as the API writes it: ISO 8601, UTC, milliseconds.';
comment on function sluice.keep_result(id uuid, ttl_seconds integer) is 'Keeps the result of a query for so many seconds from now, longer or shorter than it would be; returns until when.';
comment on function sluice.lanes_changed() is 'Trigger of sluice.lanes: sends workers to look at a lane that is new or changed.';
comment on function sluice.next_events(most integer, OUT seen bigint, OUT missing int8multirange, OUT writers text[], OUT ids int8multirange, OUT events bigint, OUT began timestamp with time zone) is 'Reads which events statistics do not count yet, at most so many: the position after them and their numbers. All null while another transaction does so. Call count_events() with it in the same transaction.';
comment on function sluice.note_action(action text, target text) is 'Keeps in sluice.audit what somebody did from psql, under the name of their login; not what the owner of the schema does, as servers and workers are.';
comment on function sluice.note_delivery(in_delivery uuid, in_attempt integer, succeeded boolean, attempt_log jsonb, retry_seconds double precision, pause_seconds double precision, gone boolean) is 'Notes how an attempt went: taken; to be tried again after retry_seconds; or given up. pause_seconds: the webhook is left alone for so long; gone: it is disabled. Returns the state reached, disabled if that disabled the webhook, null if another sender had settled it.';
comment on function sluice.note_orphan(in_query uuid, in_token bigint, in_worker uuid) is 'Notes that a run may still go on at its source although nobody answers for it, so that a worker ends it there.';
comment on function sluice.pause_lane(name text) is 'Starts nothing more of a lane until resume_lane(); running queries go on.';
comment on function sluice.pause_schedule(name text) is 'Stops a schedule from firing until resume_schedule(); what falls into that time is not made up for.';
comment on function sluice.poll_events(INOUT seen bigint, INOUT missing int8multirange, INOUT writers text[], most integer, with_progress boolean, OUT events jsonb, OUT progress jsonb) is 'Events after a position as read_events() gives them out, with what their queries belong to, and the progress of results that are being written.';
comment on function sluice.read_events(INOUT seen bigint, INOUT missing int8multirange, INOUT writers text[], most integer, OUT ids int8multirange) is 'Numbers of the events of all queries after a position, at most so many, each given out once whatever the order of commits, with the position after them. Start with the number after which to read, {} and null. Read the rows in a statement after this one, which began too early to see them all.';
comment on function sluice.reap(lease_seconds integer) is 'Takes queries away from workers that have been silent for longer than their lease (or the time that is given), and runs that nobody ends; returns how many.';
comment on function sluice.release_beat(in_term bigint) is 'Gives the beat up, so that another worker takes it at once.';
comment on function sluice.release_fires(in_name text) is 'Submits the fires of a schedule that wait, as far as they need wait no longer, up to 25; returns how many left the queue.';
comment on function sluice.remove_spent_tickets() is 'Deletes tickets that nobody will take any more; returns how many there were.';
comment on function sluice.requeue(in_query uuid, in_token bigint, why text, is_interruption boolean, in_error jsonb, not_before timestamp with time zone) is 'Puts a run that still holds its lease back into the queue, not to start before a time; returns the state that it reached (canceling: nothing was changed), null if the lease was lost. Called by give_back() and try_again().';
comment on function sluice.result_rows(id uuid) is 'Rows of a result as objects by column name, once fetch_rows() has fetched them; warns if there are more. Values have the JSON form of the API: int8 and numeric are strings.';
comment on function sluice.resume_lane(name text) is 'Lets a paused lane start queries again.';
comment on function sluice.resume_schedule(name text) is 'Lets a paused schedule fire again, from its next time on.';
comment on function sluice.retry(id uuid, unless_repeated boolean) is 'Runs an ended query again as a new one, with the same statement, parameters and limits, and returns the id of that. `unless_repeated`: null instead if it was repeated before.';
comment on function sluice.run_name(id uuid, attempt integer, token bigint) is 'application_name of a run''s session at its source. It belongs to this run alone: no two claims have the same token.';
comment on function sluice.run_schedule(name text) is 'Submits the query of a schedule now, paused or not and whatever its overlap policy, and returns its id. Its next times stay as they are.';
comment on function sluice.sample_gauges() is 'Notes the load of every lane and what is stored, once a minute however often it is called.';
comment on function sluice.schedules_changed() is 'Trigger of sluice.schedules: counts changes, starts anew from now when the times change, wakes the beat.';
comment on function sluice.series(seconds integer, step_seconds integer, in_lane text) is 'What happened in a time up to now, in one lane or (null) in all, a row for every step, also the empty ones: what the charts of the admin page show. The columns are those of sluice.overview; waiting and running are the highest of the step, null: nobody looked.';
comment on function sluice.set_schedule(name text, sql text, cron text, interval_seconds integer, time_zone text, source text, lane text, params jsonb, labels jsonb, priority integer, timeout_seconds integer, queue_timeout_seconds integer, row_limit bigint, byte_limit bigint, ttl_seconds integer, misfire_policy text, misfire_grace_seconds integer, catch_up_limit integer, overlap_policy text, description text, anchor_at timestamp with time zone, webhooks text[], max_attempts integer) is 'Adds a schedule, or changes what is given of it. select sluice.set_schedule(''nightly'', ''select 1'', cron => ''30 2 * * *'', time_zone => ''Europe/Berlin'');';
comment on function sluice.settle_fires(in_schedule text) is 'Notes in the history of a schedule, or of all, which of its queries have ended, and how; returns how many.';
comment on function sluice.sources_changed() is 'Trigger of sluice.sources and sluice.source_secrets: counts changes in sources.version.';
comment on function sluice.still_wanted(id uuid) is 'Says that somebody asks about a query that was submitted with abandon_after_seconds, as every request for it does.';
comment on function sluice.submit_fire(of_schedule sluice.schedules, in_fire_at timestamp with time zone, policy text) is 'Decides on a waiting fire of a schedule whose row the caller has locked, by an overlap policy (null: whatever else runs or waits); returns its outcome. Part of fire_schedule(), release_fires() and run_schedule().';
comment on function sluice.submit_many(requests jsonb) is 'Accepts an array of requests (fields as in POST /v1/queries, with id, tenant, idempotency_key, request_hash besides) in one transaction. A row per request: its query, or the code and detail of what is wrong with it.';
comment on function sluice.submit(sql text, source text, lane text, params jsonb, labels jsonb, priority integer, timeout_seconds integer, queue_timeout_seconds integer, row_limit bigint, byte_limit bigint, ttl_seconds integer, run_at timestamp with time zone, idempotency_key text, tenant text, max_attempts integer, abandon_after_seconds integer, traceparent text, tracestate text, explain boolean) is 'Submits one query and returns its id. select sluice.submit(''select 1'');';
comment on aggregate sluice.sum_counts(bigint[]) is 'The sum of histograms, whose lengths may differ.';
comment on function sluice.tell_of_alert(in_alert sluice.alerts, in_type text) is 'Writes the deliveries that are due to webhooks for an alert that fires or is resolved. Part of evaluate_alerts() and alert_rule_removed().';
comment on function sluice.tell_webhooks(ended uuid[]) is 'Writes the deliveries that are due to webhooks for queries which have just ended; returns how many.';
comment on function sluice.time_out_queued() is 'Ends queries that waited longer than their queue_timeout_seconds; returns how many.';
comment on function sluice.told_error(error jsonb) is 'The error of a query as webhooks are told it: without the values that its message and hint may quote, each cut to 2000 characters.';
comment on function sluice.told_text(said text, sqlstate text) is 'A text of an error with this SQLSTATE, without the values that it may quote, cut to 2000 characters. Part of told_error().';
comment on function sluice.try_again(in_query uuid, in_token bigint, in_error jsonb) is 'Puts a run that failed with a retryable error back for its next attempt, if it has one left; returns the state that it reached (running or canceling: nothing was changed, and the caller ends it), null if the lease was lost.';
comment on function sluice.uuid_v7() is 'A new UUID, version 7 (RFC 9562): ordered by time to the millisecond.';
comment on function sluice.webhook_removed() is 'Trigger of sluice.webhooks: one that an alert rule or a schedule names is not removed.';
comment on function sluice.webhooks_changed() is 'Trigger of sluice.webhooks: who is enabled again, or moves, starts with a clean record; the sender looks at once.';
