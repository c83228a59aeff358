-- After an error that may pass, a query whose statement cannot write runs again: after a random
-- part of 1, 2, 4 … at most 60 seconds (full jitter, so that queries which failed together do
-- not come back together). A source that takes no more connections costs no attempt, 20 times;
-- nor does a crash of the control database that lost a part of the result, 3 times.
create or replace function sluice.try_again(in_query uuid, in_token bigint, in_error jsonb) returns text
language plpgsql as $$
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
$$;
comment on function sluice.try_again(uuid, bigint, jsonb) is
  'Puts a run that failed with a retryable error back for its next attempt, if it has one left; returns the state that it reached (running or canceling: nothing was changed, and the caller ends it), null if the lease was lost.';
