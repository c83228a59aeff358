-- A worker that drains gives back what it could not finish; the reaper what a dead one held.
create or replace function sluice.give_back(in_query uuid, in_token bigint, why text default 'interrupted')
returns text
language sql as $$
  select sluice.requeue(in_query, in_token, why, why = 'interrupted', null, null)
$$;
comment on function sluice.give_back(uuid, bigint, text) is
  'Puts a run that still holds its lease back into the queue, without charging an attempt; returns the state that it reached, null if the lease was lost.';
