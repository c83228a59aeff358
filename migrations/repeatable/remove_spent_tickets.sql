-- graphile-worker marks a job that is replaced while somebody works on it as used up. If that
-- somebody dies, nobody deletes it.
create or replace function sluice.remove_spent_tickets() returns integer
language plpgsql as $$
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
$$;
comment on function sluice.remove_spent_tickets() is 'Deletes tickets that nobody will take any more; returns how many there were.';
