-- Schedules, their fires, and which worker holds the beat.

create table sluice.schedules (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  description text not null default '',
  cron text check (
    cron ~* '^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|\S+( \S+){4,5})$'),
  interval_seconds integer check (interval_seconds > 0),
  anchor_at timestamptz not null default date_trunc('second', now()),
  time_zone text not null default 'UTC',
  tenant text not null default 'default',
  source text not null default 'default',
  lane text not null default 'default',
  sql text not null check (sql ~ '\S' and octet_length(sql) <= 1048576),
  params jsonb not null default '[]' check (jsonb_typeof(params) = 'array'),
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  priority smallint not null default 5 check (priority between 1 and 9),
  timeout_seconds integer check (timeout_seconds > 0),
  queue_timeout_seconds integer check (queue_timeout_seconds > 0),
  row_limit bigint check (row_limit > 0),
  byte_limit bigint check (byte_limit > 0),
  ttl_seconds integer check (ttl_seconds > 0),
  misfire_policy text not null default 'one' check (misfire_policy in ('skip', 'one', 'all')),
  misfire_grace_seconds integer not null default 60 check (misfire_grace_seconds between 1 and 86400),
  catch_up_limit integer not null default 10 check (catch_up_limit between 1 and 1000),
  overlap_policy text not null default 'skip' check (overlap_policy in ('skip', 'queue', 'cancel', 'allow')),
  paused boolean not null default false,
  managed boolean not null default false,
  version integer not null default 1,
  settled_until timestamptz not null default date_trunc('milliseconds', now()),
  next_fires timestamptz[] not null default '{}',
  problem text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint schedules_cron_or_interval check (num_nonnulls(cron, interval_seconds) = 1)
);
comment on table sluice.schedules is
  'What is submitted again and again, and when. Rows may be added and changed from psql; the beat sees it at once. See docs/schedules.md.';
comment on column sluice.schedules.name is 'Name, as requests use it.';
comment on column sluice.schedules.description is 'What it is for.';
comment on column sluice.schedules.cron is 'Five fields (minute, hour, day of month, month, day of week), six with seconds first, or @daily and its like; null: interval_seconds says when.';
comment on column sluice.schedules.interval_seconds is 'Seconds from one fire to the next, counted from anchor_at; null: cron says when.';
comment on column sluice.schedules.anchor_at is 'Where intervals are counted from.';
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
comment on column sluice.schedules.settled_until is 'Every nominal time up to here has been dealt with.';
comment on column sluice.schedules.next_fires is 'The next nominal times after that, five if there are so many; empty until the beat has seen a change.';
comment on column sluice.schedules.problem is 'Why the beat cannot tell when it fires; null: it can.';
comment on column sluice.schedules.created_at is 'When it was added.';
comment on column sluice.schedules.updated_at is 'When somebody last changed it.';
create index schedules_due on sluice.schedules ((next_fires[1])) where not paused and problem is null;

------------------------------------------------------------------------------------------
create table sluice.fires (
  schedule text not null references sluice.schedules (name) on update cascade on delete cascade,
  fire_at timestamptz not null,
  kind text not null default 'scheduled' check (kind in ('scheduled', 'manual')),
  outcome text not null check (outcome in ('waiting', 'submitted', 'skipped', 'missed', 'refused')),
  missed integer not null default 0 check (missed >= 0),
  decided_at timestamptz not null default clock_timestamp(),
  previous_fire_at timestamptz,
  query_id uuid,
  query_state text,
  finished_at timestamptz,
  code text,
  detail text,
  primary key (schedule, fire_at),
  constraint fires_submitted_with_query check ((outcome = 'submitted') = (query_id is not null))
);
comment on table sluice.fires is
  'History of schedules. The key is what makes a nominal time fire once: the row is written in the transaction that submits the query.';
comment on column sluice.fires.schedule is 'The schedule.';
comment on column sluice.fires.fire_at is 'Nominal time; of a manual run the time of the call.';
comment on column sluice.fires.kind is 'scheduled, or manual: somebody asked for it.';
comment on column sluice.fires.outcome is 'submitted; waiting (for the end of an earlier query, or for room in the lane); skipped (an earlier query had not ended); missed (too late, by misfire_policy); refused (the submission was, see code).';
comment on column sluice.fires.missed is 'Nominal times just before this one that misfire_policy left out.';
comment on column sluice.fires.decided_at is 'When the outcome came about.';
comment on column sluice.fires.previous_fire_at is 'What {{previous_fire_at}} stands for: nominal time of the last fire before that was submitted.';
comment on column sluice.fires.query_id is 'The query that it submitted.';
comment on column sluice.fires.query_state is 'How that ended; null: it has not, or its row was removed before it was looked at.';
comment on column sluice.fires.finished_at is 'When it ended.';
comment on column sluice.fires.code is 'Why it was refused or waits: a code of docs/errors.md, or overlap.';
comment on column sluice.fires.detail is 'The same for people.';
create index fires_open on sluice.fires (schedule, fire_at) where outcome = 'submitted' and finished_at is null;
create index fires_waiting on sluice.fires (schedule, fire_at) where outcome = 'waiting';
create index fires_query on sluice.fires (query_id) where query_id is not null;

------------------------------------------------------------------------------------------
create table sluice.beat (
  only_row boolean primary key default true check (only_row),
  term bigint not null default 0,
  worker_id uuid,
  backend_pid integer,
  held_since timestamptz,
  heartbeat_at timestamptz,
  ticked_at timestamptz
) with (fillfactor = 50);
comment on table sluice.beat is
  'Which worker fires schedules. It holds an advisory lock while it does; without a heartbeat for 3 s another takes over.';
comment on column sluice.beat.only_row is 'There is one row.';
comment on column sluice.beat.term is 'Counts holders.';
comment on column sluice.beat.worker_id is 'The worker that holds it; null: nobody, or none has ever.';
comment on column sluice.beat.backend_pid is 'Its connection, which holds the lock.';
comment on column sluice.beat.held_since is 'Since when.';
comment on column sluice.beat.heartbeat_at is 'When it last said that it is alive.';
comment on column sluice.beat.ticked_at is 'When it last went through all that is due without an error.';
insert into sluice.beat default values;
