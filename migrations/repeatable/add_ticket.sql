-- Tells workers to go and look at a lane. A ticket not before a time is a job of its own.
-- One for now is a single job per lane and origin, however often it is asked for: if it waits
-- already, its row is locked until this transaction ends, so whoever takes it sees what this
-- transaction did; if it is being worked on, or failed, a new one takes its place. Origins
-- keep a claim, which holds the lane, from waiting for the commit of a submission.
create or replace function sluice.add_ticket(
  in_lane text, not_before timestamptz default null, origin text default 'submit')
returns void language plpgsql as $$
declare
  ticket graphile_worker.job_spec;
  waits boolean;
begin
  ticket.identifier := 'sluice:lane:' || in_lane;
  ticket.payload := json_build_object('lane', in_lane);
  if not_before > now() then
    ticket.run_at := not_before;
    perform graphile_worker.add_jobs(array[ticket]);
    return;
  end if;

  -- Slots that have just served the lane look without a ticket.
  perform pg_notify('sluice_wake', in_lane);
  ticket.job_key := ticket.identifier || ':' || origin;
  select is_available and run_at <= now() into waits
  from graphile_worker.add_job(
    ticket.identifier, ticket.payload, job_key => ticket.job_key, job_key_mode => 'unsafe_dedupe');
  if waits then
    return;
  end if;
  -- graphile's upsert does nothing if a worker takes the job at this very moment; then it is asked again.
  for i in 1..5 loop
    perform from graphile_worker.add_jobs(array[ticket]);
    if found then
      return;
    end if;
  end loop;
  ticket.job_key := null;
  perform graphile_worker.add_jobs(array[ticket]);
end
$$;
comment on function sluice.add_ticket(text, timestamptz, text) is
  'Adds a graphile-worker job that makes a worker look for queries in a lane, now or not before a time.';
