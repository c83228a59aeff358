-- What retries need: how many attempts a lane allows, and why an attempt ended that was not the last.

alter table sluice.lanes add column max_attempts integer not null default 10 check (max_attempts between 1 and 100);
comment on column sluice.lanes.max_attempts is 'Most attempts that a request may ask for.';

alter table sluice.query_events add column error jsonb;
comment on column sluice.query_events.error is
  'Error of the attempt that this event ended, if the query goes on; that of its last attempt is in queries.error.';

-- submit() takes one more argument: the one without it would be called as well.
drop function if exists sluice.submit(
  text, text, text, jsonb, jsonb, integer, integer, integer, bigint, bigint, integer, timestamptz, text, text);
