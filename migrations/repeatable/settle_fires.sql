create or replace function sluice.settle_fires(in_schedule text default null) returns integer
language plpgsql as $$
declare
  settled integer;
begin
  -- A query whose row is gone has ended long ago.
  with ended as (
    select fires.schedule, fires.fire_at, queries.state, coalesce(queries.finished_at, clock_timestamp()) as finished_at
    from sluice.fires
    left join sluice.queries on queries.id = fires.query_id
    where fires.outcome = 'submitted' and fires.finished_at is null
      and (in_schedule is null or fires.schedule = in_schedule)
      and (queries.id is null or queries.finished_at is not null)
    for update of fires skip locked
  )
  update sluice.fires
  set query_state = ended.state, finished_at = ended.finished_at
  from ended
  where fires.schedule = ended.schedule and fires.fire_at = ended.fire_at;
  get diagnostics settled = row_count;
  return settled;
end
$$;
comment on function sluice.settle_fires(text) is
  'Notes in the history of a schedule, or of all, which of its queries have ended, and how; returns how many.';
