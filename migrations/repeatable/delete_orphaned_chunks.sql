-- Partition by partition: chunks of an attempt that lost its lease, which nothing should have left.
-- Those of results that have expired are none: they go with their partition.
create or replace function sluice.delete_orphaned_chunks() returns bigint
language plpgsql as $$
declare
  partition text;
  of_partition bigint;
  deleted bigint := 0;
begin
  for partition in
    select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'sluice.chunks'::regclass and not inhdetachpending
    order by relname
  loop
    execute format(
      'delete from sluice.%1$I chunks
       using (
         select run.query_id, run.token
         from (select distinct query_id, token from sluice.%1$I) run
         join sluice.queries on queries.id = run.query_id
         where (queries.state <> ''succeeded'' or queries.lease_token <> run.token)
           and not exists (
             select from sluice.results where results.query_id = run.query_id and results.token = run.token)
           and not exists (
             select from sluice.leases where leases.query_id = run.query_id and leases.token = run.token)
       ) orphaned
       where chunks.query_id = orphaned.query_id and chunks.token = orphaned.token',
      partition);
    get diagnostics of_partition = row_count;
    deleted := deleted + of_partition;
  end loop;
  return deleted;
end
$$;
comment on function sluice.delete_orphaned_chunks() is
  'Deletes chunks of attempts that neither run nor have left a result; returns how many.';
