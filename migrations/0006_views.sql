-- What views, statistics and operators need of the tables of 0001. Nothing here costs a
-- submission, a claim or an end more than an entry in one index whose entries only ever rise.

alter table sluice.workers add column rss_bytes bigint, add column stats jsonb not null default '{}';
comment on column sluice.workers.rss_bytes is 'Resident memory of the process at its last heartbeat.';
comment on column sluice.workers.stats is
  'What the process counted and measured of itself, as of its last heartbeat; see docs/operations.md.';

alter table sluice.queries add column retry_of uuid, add column traceparent text;
comment on column sluice.queries.retry_of is 'The ended query that this one repeats, see retry(); null: none.';
comment on column sluice.queries.traceparent is
  'W3C trace context that came with the submission, so that the run can be linked to it; null: none.';
create index queries_retry_of on sluice.queries (retry_of) where retry_of is not null;

-- The feed of events reads what is new, over all queries.
create unique index query_events_id on sluice.query_events (id);
