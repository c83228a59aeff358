-- What limits need: queries that are canceled when nobody asks about them, and events that announce a limit.

alter table sluice.queries add column abandon_after_seconds integer;
comment on column sluice.queries.abandon_after_seconds is
  'Canceled when nobody has asked about it for so long; null: it runs whoever asks.';

create table sluice.watched (
  query_id uuid primary key,
  abandon_at timestamptz not null,
  abandon_after_seconds integer not null check (abandon_after_seconds > 0)
) with (fillfactor = 50);
comment on table sluice.watched is
  'Queries with abandon_after_seconds: when each is canceled unless somebody asks about it before. A row goes when its time has come, whatever has become of the query.';
comment on column sluice.watched.query_id is 'The query.';
comment on column sluice.watched.abandon_at is 'When it is canceled; whoever asks puts it off.';
comment on column sluice.watched.abandon_after_seconds is 'As in queries.';
create index watched_due on sluice.watched (abandon_at);

comment on column sluice.query_events.reason is
  'Why, where the state does not say: interrupted, worker_lost, abandoned, an error code; soft_timeout: the query did not enter the state with this event, most of its time is used.';

-- submit() and cancel() take one more argument each: those without it would be called as well.
drop function if exists sluice.submit(
  text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, timestamptz, text, text, integer);
drop function if exists sluice.cancel(uuid);
