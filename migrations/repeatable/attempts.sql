create or replace view sluice.attempts as
select
  started.query_id,
  started.attempt,
  started.worker_id,
  started.at as started_at,
  ended.at as finished_at,
  case
    when ended.state is null then 'running'
    when ended.state <> 'queued' then ended.state
    when ended.reason in ('interrupted', 'worker_lost') then ended.reason
    else 'tried_again'
  end as outcome,
  case when ended.state = 'queued' then ended.error else queries.error end as error
from sluice.query_events started
join sluice.queries on queries.id = started.query_id
left join lateral (
  select later.state, later.reason, later.at, later.error
  from sluice.query_events later
  where later.query_id = started.query_id and later.id > started.id and later.state not in ('running', 'canceling')
  order by later.id
  limit 1
) ended on true
where started.state = 'running' and started.reason is null;
comment on view sluice.attempts is
  'Every attempt of every query: who made it, when, how it ended and with which error. Derived from sluice.query_events, so that a run writes nothing for it.';
comment on column sluice.attempts.query_id is 'The query.';
comment on column sluice.attempts.attempt is 'Number of the attempt, from 1.';
comment on column sluice.attempts.worker_id is 'Worker that made it.';
comment on column sluice.attempts.started_at is 'When it was claimed.';
comment on column sluice.attempts.finished_at is 'When it ended; null: it runs.';
comment on column sluice.attempts.outcome is
  'running, succeeded, failed, canceled, timed_out; or, if the query went on: tried_again (after an error), interrupted (by a worker that stopped), worker_lost.';
comment on column sluice.attempts.error is 'Its error; null: none.';
