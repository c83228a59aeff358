-- By id, which rises with the time of the submission: no index on a time is needed. One call
-- is one short transaction; the caller repeats it until nothing is left.
create or replace function sluice.drop_old_history(keep interval default '30 days', most integer default 1000)
returns integer
language plpgsql as $$
declare
  before constant timestamptz := now() - keep;
  -- The least UUIDv7 of that moment.
  last_id constant uuid := (lpad(to_hex((extract(epoch from before) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
  ids uuid[];
  dropped integer;
  deleted integer;
begin
  -- As long as a result is kept, so is its query.
  ids := array(
    select id from sluice.queries
    where id < last_id and finished_at < before
      and not exists (select from sluice.results where results.query_id = queries.id)
    order by id limit most);
  delete from sluice.query_events where query_id = any (ids);
  delete from sluice.plans where query_id = any (ids);
  delete from sluice.queries where id = any (ids);
  get diagnostics dropped = row_count;

  delete from sluice.deliveries
  where id = any (array(select id from sluice.deliveries where id < last_id and state <> 'pending' order by id limit most));
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  -- The last scheduled fire that was submitted tells the next one where it goes on.
  delete from sluice.fires
  where (schedule, fire_at) in (
    select schedule, fire_at from sluice.fires old
    where fire_at < before and outcome <> 'waiting' and (outcome <> 'submitted' or finished_at is not null)
      and (kind = 'manual' or outcome <> 'submitted' or exists (
        select from sluice.fires later
        where later.schedule = old.schedule and later.fire_at > old.fire_at and later.kind = 'scheduled'
          and later.outcome = 'submitted'))
    limit most);
  get diagnostics deleted = row_count;
  dropped := dropped + deleted;
  delete from sluice.alerts
  where id = any (array(select id from sluice.alerts where resolved_at < before limit most));
  get diagnostics deleted = row_count;
  return dropped + deleted;
end
$$;
comment on function sluice.drop_old_history(interval, integer) is
  'Deletes ended queries with their events, settled deliveries, fires and resolved alerts that are older, up to `most` of each; returns how many rows. A query whose result is still kept stays.';
