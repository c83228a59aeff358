-- What recovery needs of the tables of 0001: leases of their own length, and sessions at sources that
-- can be ended after their worker has died.

alter table sluice.workers
  add column lease_seconds integer not null default 15 check (lease_seconds between 3 and 3600),
  add column sessions jsonb not null default '[]';
comment on column sluice.workers.lease_seconds is
  'Silent for so long it is declared dead, and its queries are taken away. It stops by itself a little earlier.';
comment on column sluice.workers.sessions is
  'Its sessions at sources, [{source, pid, started_at}]: what others end there when it has died.';

------------------------------------------------------------------------------------------
create table sluice.orphans (
  id bigint generated always as identity primary key,
  worker_id uuid not null,
  query_id uuid,
  found_at timestamptz not null default clock_timestamp(),
  try_at timestamptz not null default clock_timestamp(),
  backend_start timestamptz,
  pid integer,
  tries integer not null default 0,
  source text not null,
  application_name text,
  constraint orphans_identified check (
    num_nulls(pid, backend_start) <> 1 and num_nonnulls(pid, application_name) > 0)
);
comment on table sluice.orphans is
  'Sessions at sources that nobody answers for any more: their worker died, or could not see their end. Any worker ends them there and deletes the row once they are gone.';
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
create index orphans_due on sluice.orphans (try_at);
create index orphans_of_worker on sluice.orphans (worker_id, source);

------------------------------------------------------------------------------------------
alter table sluice.leases add column orphaned_at timestamptz;
comment on column sluice.leases.orphaned_at is
  'Since when nobody answers for the run. Its session at the source has been noted in orphans; a cancel waits for that.';
