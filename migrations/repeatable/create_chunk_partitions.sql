-- A partition is made as a table of its own and then attached, which blocks neither readers
-- nor writers of the others.
create or replace function sluice.create_chunk_partitions() returns integer
language plpgsql as $$
declare
  day date;
  last_day date;
  partition text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('sluice.chunk_partitions', 0));
  -- Longest run and longest keep from now on, or what is kept longer already, with two days to spare.
  select (now() at time zone 'UTC')::date + 2
    + ceil((coalesce(max(max_ttl_seconds), 0)::bigint + coalesce(max(max_timeout_seconds), 0)) / 86400.0)::integer
  into last_day from sluice.lanes;
  last_day := greatest(last_day, (select (max(expires_at) at time zone 'UTC')::date from sluice.results));
  for day in select generate_series((now() at time zone 'UTC')::date, last_day, interval '1 day')::date loop
    partition := 'chunks_' || to_char(day, 'YYYYMMDD');
    if to_regclass('sluice.' || partition) is not null then
      continue;
    end if;
    execute format('create table sluice.%I (like sluice.chunks including all)', partition);
    execute format(
      'alter table sluice.%I add constraint %I check (expires_on >= %L and expires_on < %L)',
      partition, partition || '_day', day, day + 1);
    execute format(
      'alter table sluice.chunks attach partition sluice.%I for values from (%L) to (%L)', partition, day, day + 1);
    execute format('comment on table sluice.%I is %L', partition, 'Chunks of results that expire on ' || day || ' (UTC).');
    made := made + 1;
  end loop;
  return made;
end
$$;
comment on function sluice.create_chunk_partitions() is
  'Makes the partitions of sluice.chunks for every day on which a result can expire; returns how many were missing.';
