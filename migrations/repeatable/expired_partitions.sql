create or replace function sluice.expired_partitions()
returns table (name text, day date, attached boolean, detaching boolean)
language sql stable as $$
  select relname::text, to_date(substring(relname from '\d{8}$'), 'YYYYMMDD'),
    pg_inherits.inhrelid is not null, coalesce(inhdetachpending, false)
  from pg_class
  left join pg_inherits on inhrelid = pg_class.oid
  where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname ~ '^chunks_\d{8}$'
    -- Readers began while the result was served: until they had time to say so, it stays.
    and to_date(substring(relname from '\d{8}$'), 'YYYYMMDD') < ((now() - interval '15 minutes') at time zone 'UTC')::date
    and not exists (
      select from sluice.result_readers
      where expires_on = to_date(substring(relname from '\d{8}$'), 'YYYYMMDD') and read_until > now())
    and not exists (
      select from sluice.results
      where expires_on = to_date(substring(relname from '\d{8}$'), 'YYYYMMDD')
        and expires_at > now() - interval '15 minutes' and inline_chunk is null and chunks > 0)
  order by relname
$$;
comment on function sluice.expired_partitions() is
  'Partitions of sluice.chunks that can be dropped: their day is over, nobody reads them, and no result that is kept longer lies there. Not attached, or detaching: dropping them was interrupted.';
