-- The lock is held until the transaction ends, and keeps others out of count_events().
drop function if exists sluice.next_events(integer);
create or replace function sluice.next_events(
  most integer, out seen bigint, out missing int8multirange, out writers text[], out ids int8multirange,
  out events bigint, out began timestamptz)
language plpgsql
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.statistics', 0)) then
    return;
  end if;
  began := clock_timestamp();
  select read.seen, read.missing, read.writers, read.ids into strict seen, missing, writers, ids
  from sluice.statistics_state place
  cross join lateral sluice.read_events(place.seen, place.missing, place.writers, most) read;
  select coalesce(sum(upper(each) - lower(each)), 0) into events from unnest(ids) each;
end
$$;
comment on function sluice.next_events(integer) is
  'Reads which events statistics do not count yet, at most so many: the position after them and their numbers. All null while another transaction does so. Call count_events() with it in the same transaction.';
