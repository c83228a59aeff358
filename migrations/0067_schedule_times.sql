-- Times that no beat can count from. A row that has one counts from now on.
update sluice.schedules set anchor_at = date_trunc('second', now())
where not (anchor_at >= '0001-01-01 00:00:00+00' and anchor_at < '10000-01-01 00:00:00+00');
update sluice.schedules set settled_until = date_trunc('milliseconds', settled_until)
where settled_until <> date_trunc('milliseconds', settled_until);
alter table sluice.schedules
  add constraint schedules_anchor_at_check
    check (anchor_at >= '0001-01-01 00:00:00+00' and anchor_at < '10000-01-01 00:00:00+00');
comment on column sluice.schedules.problem is 'Why the beat cannot fire it; null: it can.';
comment on column sluice.schedules.anchor_at is 'Where intervals are counted from, and their first time if it is still to come; years 1 to 9999.';
comment on column sluice.schedules.settled_until is
  'Every nominal time up to here has been dealt with, to the millisecond. Set back, with next_fires emptied, it makes them up by misfire_policy.';
comment on column sluice.fires.fire_at is 'Nominal time; of a manual run the time of the call, a microsecond after a whole millisecond, at which no nominal time lies.';
comment on column sluice.fires.outcome is
  'submitted; waiting (for the end of an earlier query, for room in the lane, or behind a fire that waits); skipped (by overlap_policy, see detail); missed (too late, by misfire_policy); refused (the submission was, see code).';
comment on column sluice.fires.code is 'Why it was refused, skipped or waits: a code of docs/errors.md, or overlap.';
