-- Whoever counts takes a row that nobody holds, so that no fire waits for another transaction.
create or replace function sluice.count_fires() returns trigger
language plpgsql as $$
declare
  decided text := case
    when new.outcome <> 'waiting' and (tg_op = 'INSERT' or new.outcome <> old.outcome) then new.outcome
  end;
  ended text := case when tg_op = 'INSERT' or old.query_state is null then new.query_state end;
  left_out bigint := case when tg_op = 'INSERT' then new.missed else 0 end + (coalesce(decided, '') = 'missed')::integer;
  delay_ms double precision;
  counted bigint;
begin
  if decided is null and ended is null and left_out = 0 then
    return null;
  end if;
  if decided = 'submitted' and new.kind = 'scheduled' then
    delay_ms := greatest(0, 1000 * extract(epoch from new.decided_at - new.fire_at));
  end if;

  select id into counted from sluice.fire_totals limit 1 for update skip locked;
  if not found then
    insert into sluice.fire_totals default values returning id into counted;
  end if;
  update sluice.fire_totals
  set submitted = submitted + (coalesce(decided, '') = 'submitted')::integer,
      skipped = skipped + (coalesce(decided, '') = 'skipped')::integer,
      missed = missed + left_out,
      refused = refused + (coalesce(decided, '') = 'refused')::integer,
      succeeded = succeeded + (coalesce(ended, '') = 'succeeded')::integer,
      failed = failed + (coalesce(ended, '') = 'failed')::integer,
      canceled = canceled + (coalesce(ended, '') = 'canceled')::integer,
      timed_out = timed_out + (coalesce(ended, '') = 'timed_out')::integer,
      late_ms = late_ms + coalesce(delay_ms, 0),
      late = case when delay_ms is null then late
        else sluice.add_counts(late, sluice.histogram_of(array[delay_ms])) end
  where id = counted;
  return null;
end
$$;
comment on function sluice.count_fires() is
  'Trigger of sluice.fires: adds what became of a fire, and how its query ended, to sluice.fire_totals.';
create or replace trigger count_fires after insert or update on sluice.fires
  for each row execute function sluice.count_fires();
