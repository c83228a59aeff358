create or replace view sluice.schedules_next as
select
  schedules.name as schedule,
  next.fire_at,
  extract(epoch from next.fire_at - now())::double precision as in_seconds,
  next.place,
  schedules.time_zone,
  next.fire_at at time zone schedules.time_zone as local_time,
  coalesce(schedules.cron, format('every %s s', schedules.interval_seconds)) as timing,
  schedules.paused,
  schedules.lane,
  schedules.source,
  last.fire_at as last_fire_at,
  last.outcome as last_outcome,
  last.query_id as last_query_id,
  schedules.problem
from sluice.schedules
left join lateral unnest(schedules.next_fires) with ordinality next (fire_at, place) on not schedules.paused
left join lateral (
  select fire_at, outcome, query_id from sluice.fires
  where fires.schedule = schedules.name order by fires.fire_at desc limit 1
) last on true
order by next.fire_at;
comment on view sluice.schedules_next is
  'When schedules fire next: a row for each of their next times, the soonest first. One that is paused, or has no next time, has one row without a time.';
comment on column sluice.schedules_next.schedule is 'The schedule.';
comment on column sluice.schedules_next.fire_at is 'Nominal time; null: none.';
comment on column sluice.schedules_next.in_seconds is 'How far off that is; below 0: it is due and about to fire.';
comment on column sluice.schedules_next.place is '1: its next time, 2: the one after.';
comment on column sluice.schedules_next.time_zone is 'Time zone in which its cron expression is read.';
comment on column sluice.schedules_next.local_time is 'The time there.';
comment on column sluice.schedules_next.timing is 'Its cron expression or interval.';
comment on column sluice.schedules_next.paused is 'It fires no more until it is resumed.';
comment on column sluice.schedules_next.lane is 'Lane that its queries go to.';
comment on column sluice.schedules_next.source is 'Source that runs them.';
comment on column sluice.schedules_next.last_fire_at is 'Its last fire.';
comment on column sluice.schedules_next.last_outcome is 'What became of that, see sluice.fires.';
comment on column sluice.schedules_next.last_query_id is 'The query that it submitted.';
comment on column sluice.schedules_next.problem is 'Why it cannot fire; null: nothing.';
