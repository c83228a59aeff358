-- Tells workers to go and look at a lane. The notification sends those that have a slot free
-- at once. The ticket, a graphile-worker job, is there for when nobody heard it: it is due a
-- second later. One for now is a single job per lane and origin, however often it is asked
-- for: if it waits already, its row is locked until this transaction ends, so whoever takes
-- it sees what this transaction did; if it is being worked on, or failed, a new one takes its
-- place. Origins keep a claim, which holds the lane, from waiting for the commit of a submission.
create or replace function sluice.add_ticket(
  in_lane text, not_before timestamptz default null, origin text default 'submit')
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

  perform pg_notify('sluice_wake', in_lane);
  ticket.job_key := ticket.identifier || ':' || origin;
  -- What graphile's own functions would find out takes ten times as long.
  perform from graphile_worker._private_jobs where key = ticket.job_key and is_available for share;
  if found then
    return;
  end if;
  ticket.run_at := now() + interval '1 second';
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
  'Sends workers to look for queries in a lane: those with a free slot at once, by notification; whichever takes the graphile-worker job that it adds, a second later or not before a time.';
