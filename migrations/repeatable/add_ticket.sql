-- Tells workers to go and look at a lane. A ticket not before `run_at` is a job of its own;
-- one for now is a single job per lane, however often it is asked for. graphile's upsert
-- does nothing when a worker takes that job at the same moment; then it is asked again, and
-- makes a new one, so that somebody looks after this transaction has committed.
create or replace function sluice.add_ticket(in_lane text, not_before timestamptz default null)
returns void language plpgsql as $$
declare
  ticket graphile_worker.job_spec;
begin
  ticket.identifier := 'sluice:lane:' || in_lane;
  ticket.payload := json_build_object('lane', in_lane);
  if not_before > now() then
    ticket.run_at := not_before;
    perform graphile_worker.add_jobs(array[ticket]);
    return;
  end if;
  ticket.job_key := ticket.identifier;
  for i in 1..5 loop
    perform from graphile_worker.add_jobs(array[ticket], true);
    if found then
      return;
    end if;
  end loop;
  ticket.job_key := null;
  perform graphile_worker.add_jobs(array[ticket]);
end
$$;
comment on function sluice.add_ticket(text, timestamptz) is
  'Adds a graphile-worker job that makes a worker look for queries in a lane, now or not before a time.';
