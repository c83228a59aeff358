-- Numbers of events come from a sequence, so a transaction that ends later may hold a lower
-- number than one that a reader has seen. What is missing below the highest number is
-- remembered, and read once it is there. It is forgotten when every transaction has ended
-- that was writing events at the time: then the number belongs to one that was rolled back.
create or replace function sluice.read_events(
  inout seen bigint, inout missing int8multirange, inout writers text[], most integer, out ids int8multirange)
language plpgsql as $$
declare
  open_writers text[];
  late int8multirange;
  newest bigint;
  skipped int8multirange;
begin
  ids := '{}';
  if not isempty(missing) then
    -- Before the events are read: who is not in this list any more has committed what is read next.
    open_writers := sluice.event_writers();
    select coalesce(range_agg(int8range(id, id, '[]')), '{}') into late
    from (
      select id from unnest(missing) gap
      cross join lateral (
        select id from sluice.query_events where id >= lower(gap) and id < upper(gap) order by id limit most
      ) each
      limit most
    ) found;
    ids := late;
    missing := missing - late;
    if not writers && open_writers
      and (select coalesce(sum(upper(each) - lower(each)), 0) from unnest(late) each) < most
    then
      missing := '{}';
    end if;
  end if;

  select max(id), range_agg(int8range(before, id, '()')) filter (where id > before + 1) into newest, skipped
  from (
    select id, lag(id, 1, seen) over (order by id) as before
    from (select id from sluice.query_events where id > seen order by id limit most) fresh
  ) each;
  if newest is not null then
    skipped := coalesce(skipped, '{}');
    ids := ids + (int8multirange(int8range(seen, newest, '(]')) - skipped);
    missing := missing + skipped;
    seen := newest;
  end if;
  writers := case when isempty(missing) then null else sluice.event_writers() end;
end
$$;
comment on function sluice.read_events(bigint, int8multirange, text[], integer) is
  'Numbers of the events of all queries after a position, at most so many, each given out once whatever the order of commits, with the position after them. Start with the number after which to read, {} and null. Read the rows in a statement after this one, which began too early to see them all.';
