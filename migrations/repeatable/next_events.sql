-- The shape of a text is found by the caller, between this and count_events(), in one
-- transaction, whose lock keeps others out.
create or replace function sluice.next_events(
  most integer, out seen bigint, out missing int8multirange, out writers text[], out ids int8multirange,
  out events bigint, out began timestamptz, out unknown_texts jsonb)
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
set enable_memoize = off
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
  select jsonb_agg(jsonb_build_object('digest', digest::text, 'query_id', id, 'sql', left(sql, 20000)))
  into unknown_texts
  from (
    select distinct on (hashed.digest, queries.sql) hashed.digest, queries.id, queries.sql
    from unnest(ids) numbers
    cross join lateral (
      select query_id from sluice.query_events
      where query_events.id >= lower(numbers) and query_events.id < upper(numbers)
        and state in ('succeeded', 'failed', 'canceled', 'timed_out')
      offset 0
    ) event
    join sluice.queries on queries.id = event.query_id
    cross join lateral (select hashtextextended(queries.sql, 0) as digest) hashed
    left join sluice.statements on statements.digest = hashed.digest and statements.sql = queries.sql
    where statements.id is null
  ) unknown;
end
$$;
comment on function sluice.next_events(integer) is
  'Reads the events that statistics do not count yet, at most so many: the position after them, their numbers, and the texts of statements that were not seen before. All null while another transaction does so. Call count_events() with it in the same transaction.';
