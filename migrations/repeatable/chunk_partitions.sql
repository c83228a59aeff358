create or replace view sluice.chunk_partitions as
select
  partition.name,
  partition.expires_on,
  case
    when not attached then 'detached'
    when expires_on < (now() at time zone 'UTC')::date then 'expired'
    else 'in use'
  end as state,
  coalesce(results.results, 0) as results,
  coalesce(results.stored_bytes, 0) as stored_bytes,
  partition.disk_bytes
from (
  select
    relname::text as name,
    to_date(substring(relname from '\d{8}$'), 'YYYYMMDD') as expires_on,
    pg_inherits.inhrelid is not null and not coalesce(inhdetachpending, false) as attached,
    pg_total_relation_size(pg_class.oid) as disk_bytes
  from pg_class
  left join pg_inherits on inhrelid = pg_class.oid
  where relnamespace = 'sluice'::regnamespace and relkind = 'r' and relname ~ '^chunks_\d{8}$'
) partition
left join (
  select expires_on, count(*) as results, sum(stored_bytes)::bigint as stored_bytes
  from sluice.results
  where bucket is null and inline_chunk is null
  group by expires_on
) results using (expires_on);
comment on view sluice.chunk_partitions is 'Partitions of sluice.chunks, one for each day on which results expire.';
comment on column sluice.chunk_partitions.name is 'Name of the table, in schema sluice.';
comment on column sluice.chunk_partitions.expires_on is 'Its day (UTC).';
comment on column sluice.chunk_partitions.state is 'in use; expired: it is dropped once nobody reads it any more; detached: dropping it was begun.';
comment on column sluice.chunk_partitions.results is 'Results whose chunks lie in it.';
comment on column sluice.chunk_partitions.stored_bytes is 'Bytes of their chunks, by their manifests.';
comment on column sluice.chunk_partitions.disk_bytes is 'What it takes up on disk, with its indexes.';
