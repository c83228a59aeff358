create or replace view sluice.failures as
select
  counted.lane, counted.source, counted.state, counted.code, counted.sqlstate, counted.queries, counted.first_at, counted.last_at,
  counted.last_query_id,
  last.error ->> 'message' as last_message,
  last.sql as last_sql,
  substr(last.traceparent, 4, 32) as last_trace_id
from (
  select lane, source, state, code, sqlstate, count(*) as queries, min(finished_at) as first_at,
    max(finished_at) as last_at, (array_agg(query_id order by finished_at desc))[1] as last_query_id
  from sluice.history
  where state in ('failed', 'timed_out') and finished_at > now() - interval '24 hours'
  group by lane, source, state, code, sqlstate
) counted
left join sluice.queries last on last.id = last_query_id
order by queries desc, last_at desc;
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
