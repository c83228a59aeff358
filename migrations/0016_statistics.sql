-- Statistics. One process at a time rolls events up into these tables, after the fact and in
-- batches (roll_up()), so that what they cost is not paid by a submission, a claim or an end.

create table sluice.statements (
  id bigint generated always as identity primary key,
  digest bigint not null,
  fingerprint uuid not null,
  last_seen_on date not null,
  sql text not null
);
create index statements_digest on sluice.statements (digest);
comment on table sluice.statements is 'Texts of ended queries, each once: what a search for text looks through.';
comment on column sluice.statements.id is 'Number in sluice.history.';
comment on column sluice.statements.digest is 'hashtextextended(sql, 0), by which the text is found.';
comment on column sluice.statements.fingerprint is 'Its shape, see sluice.fingerprints.';
comment on column sluice.statements.last_seen_on is 'UTC day on which a query with it last ended.';
comment on column sluice.statements.sql is 'The text, as submitted.';
create index statements_fingerprint on sluice.statements (fingerprint);

create table sluice.fingerprints (
  fingerprint uuid primary key,
  last_seen_on date not null,
  normalized text not null
);
comment on table sluice.fingerprints is 'Shapes of statements: texts that differ in constants, comments and white space only have one.';
comment on column sluice.fingerprints.fingerprint is 'First half of the SHA-256 of the shape.';
comment on column sluice.fingerprints.last_seen_on is 'UTC day on which a query of this shape last ended.';
comment on column sluice.fingerprints.normalized is 'The shape: the text without its constants, at most 10,000 characters.';

create table sluice.history (
  query_id uuid primary key,
  finished_at timestamptz not null,
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
comment on table sluice.history is
  'One narrow row per ended query, kept as long as its row in sluice.queries: what lists and searches look through.';
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
create index history_not_succeeded on sluice.history (state, query_id) where state <> 'succeeded';
create index history_statement on sluice.history (statement_id, query_id);
create index history_finished_at on sluice.history using brin (finished_at) with (pages_per_range = 32);

------------------------------------------------------------------------------------------
create table sluice.statistics_state (
  only_row boolean primary key default true check (only_row),
  seen bigint not null default 0,
  missing int8multirange not null default '{}',
  writers text[],
  counted_until timestamptz not null default '-infinity',
  rolled_up_at timestamptz not null default '-infinity'
);
comment on table sluice.statistics_state is 'How far roll_up() has come. One row.';
comment on column sluice.statistics_state.only_row is 'Always true.';
comment on column sluice.statistics_state.seen is 'Highest number of an event that was read.';
comment on column sluice.statistics_state.missing is 'Numbers below it that were not there: of transactions that had not ended, or were rolled back.';
comment on column sluice.statistics_state.writers is 'Transactions that may own the missing numbers.';
comment on column sluice.statistics_state.counted_until is 'What happened before this moment is counted.';
comment on column sluice.statistics_state.rolled_up_at is 'When roll_up() last ran.';
insert into sluice.statistics_state default values;

create table sluice.statistics_minutes (
  minute timestamptz not null,
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
  runs bigint[] not null,
  primary key (minute, lane)
) with (fillfactor = 50);
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

create table sluice.statistics_totals (
  lane text primary key,
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
) with (fillfactor = 50);
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

create table sluice.statistics_outcomes (
  lane text not null,
  state text not null,
  code text not null,
  queries bigint not null,
  primary key (lane, state, code)
) with (fillfactor = 50);
comment on table sluice.statistics_outcomes is 'How the queries of each lane have ended since statistics are kept, for /metrics.';
comment on column sluice.statistics_outcomes.lane is 'The lane.';
comment on column sluice.statistics_outcomes.state is 'Terminal state.';
comment on column sluice.statistics_outcomes.code is 'Code of the error; empty without one.';
comment on column sluice.statistics_outcomes.queries is 'Queries that ended so.';

create table sluice.statistics_statements (
  hour timestamptz not null,
  fingerprint uuid not null,
  last_query_id uuid not null,
  queries bigint not null,
  not_succeeded bigint not null,
  rows bigint not null,
  raw_bytes bigint not null,
  run_ms double precision not null,
  longest_run_ms double precision not null,
  runs bigint[] not null,
  primary key (hour, fingerprint)
) with (fillfactor = 70);
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

create table sluice.statistics_usage (
  day date not null,
  tenant text not null,
  lane text not null,
  source text not null,
  label text not null,
  queries bigint not null,
  run_ms double precision not null,
  rows bigint not null,
  raw_bytes bigint not null,
  primary key (day, tenant, lane, source, label)
) with (fillfactor = 70);
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

create table sluice.statistics_gauges (
  minute timestamptz not null,
  lane text not null,
  waiting bigint not null,
  scheduled bigint not null,
  running integer not null,
  slots integer not null,
  oldest_wait_seconds double precision not null,
  primary key (minute, lane)
);
comment on table sluice.statistics_gauges is 'The load of each lane, looked at once a minute.';
comment on column sluice.statistics_gauges.minute is 'The minute.';
comment on column sluice.statistics_gauges.lane is 'The lane.';
comment on column sluice.statistics_gauges.waiting is 'As in lanes_live.';
comment on column sluice.statistics_gauges.scheduled is 'As in lanes_live.';
comment on column sluice.statistics_gauges.running is 'As in lanes_live.';
comment on column sluice.statistics_gauges.slots is 'As in lanes_live.';
comment on column sluice.statistics_gauges.oldest_wait_seconds is 'As in lanes_live.';

create table sluice.statistics_storage (
  minute timestamptz primary key,
  results_bytes bigint not null,
  database_bytes bigint not null
);
comment on table sluice.statistics_storage is 'What is stored, looked at once a minute.';
comment on column sluice.statistics_storage.minute is 'The minute.';
comment on column sluice.statistics_storage.results_bytes is 'Bytes on disk of sluice.results and the partitions of sluice.chunks, with their indexes.';
comment on column sluice.statistics_storage.database_bytes is 'Bytes on disk of the control database.';

------------------------------------------------------------------------------------------
create table sluice.cost_rates (
  tenant text not null default '*',
  lane text not null default '*',
  source text not null default '*',
  per_query numeric not null default 0 check (per_query >= 0),
  per_second numeric not null default 0 check (per_second >= 0),
  per_gib numeric not null default 0 check (per_gib >= 0),
  primary key (tenant, lane, source)
);
comment on table sluice.cost_rates is
  'Prices for the view sluice.costs, in a currency of your choice. Of the rows that fit a query the one counts that names its tenant, else its lane, else its source; * stands for every one.';
comment on column sluice.cost_rates.tenant is 'Whose queries it is for.';
comment on column sluice.cost_rates.lane is 'The lane that it is for.';
comment on column sluice.cost_rates.source is 'The source that it is for.';
comment on column sluice.cost_rates.per_query is 'Price of a query.';
comment on column sluice.cost_rates.per_second is 'Price of a second of run time.';
comment on column sluice.cost_rates.per_gib is 'Price of a GiB of result, before compression.';
insert into sluice.cost_rates (per_second, per_gib) values (0, 0);

-- Makes a search for text fast where the extension can be had; without it a search reads every text.
do $$
begin
  create extension if not exists pg_trgm with schema public;
exception when others then
  raise notice 'The extension pg_trgm could not be created (%). Searches for text read every text until an administrator creates it and sluice.index_texts() was called.', sqlerrm;
end
$$;
