-- What a person changes counts as a new version. A change of when it fires, or the end of a
-- pause, starts anew from now: what lies before is settled, and the beat plans what comes.
create or replace function sluice.schedules_changed() returns trigger
language plpgsql as $$
begin
  new.cron := regexp_replace(trim(new.cron), '\s+', ' ', 'g');
  -- So exactly do beats read it, and compare it with what they have read.
  new.settled_until := date_trunc('milliseconds', new.settled_until);
  if tg_op = 'UPDATE' and
    (new.settled_until, new.next_fires, new.problem) is distinct from (old.settled_until, old.next_fires, old.problem)
  then
    -- The beat's own bookkeeping.
    return new;
  end if;

  if tg_op = 'INSERT' or new.time_zone <> old.time_zone then
    begin
      perform now() at time zone new.time_zone;
    exception when invalid_parameter_value then
      raise exception '% is no IANA time zone. Write UTC, or a place such as Europe/Berlin.', quote_literal(new.time_zone)
        using errcode = 'SLUIC', detail = 'code: invalid_request';
    end;
  end if;
  if tg_op = 'UPDATE' then
    new.version := old.version + 1;
    new.updated_at := clock_timestamp();
  end if;
  if tg_op = 'INSERT' or (old.paused and not new.paused)
    or (new.cron, new.interval_seconds, new.anchor_at, new.time_zone)
      is distinct from (old.cron, old.interval_seconds, old.anchor_at, old.time_zone)
  then
    new.settled_until := date_trunc('milliseconds', clock_timestamp());
    new.next_fires := '{}';
    new.problem := null;
  end if;
  if new.paused then
    new.next_fires := '{}';
  end if;
  perform pg_notify('sluice_schedules', new.name);
  return new;
end
$$;
comment on function sluice.schedules_changed() is
  'Trigger of sluice.schedules: counts changes, starts anew from now when the times change, wakes the beat.';
create or replace trigger schedules_changed before insert or update on sluice.schedules
  for each row execute function sluice.schedules_changed();
