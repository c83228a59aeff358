-- In steps, each a transaction of its own for whoever calls it again and again: a step holds
-- few locks for a short time. Readers began while the result was served: until they had time
-- to say so in sluice.result_readers, it stays.
create or replace function sluice.delete_expired_results(most integer default 1000) returns integer
language plpgsql as $$
declare
  deleted integer;
begin
  with expired as (
    -- Served by index results_expiry.
    select query_id from sluice.results
    where complete and expires_at < now() - interval '15 minutes'
      and not exists (
        select from sluice.result_readers reader
        where reader.query_id = results.query_id and reader.read_until > now())
    order by expires_at
    limit most
    for update skip locked
  ),
  gone as (
    delete from sluice.results where query_id = any (array(select query_id from expired))
    returning bucket, object_prefix
  ),
  copies as (
    delete from sluice.result_copies where query_id = any (array(select query_id from expired))
  ),
  dropped as (
    insert into sluice.dropped_objects (bucket, object_prefix)
    select bucket, object_prefix from gone where bucket is not null
    on conflict do nothing
  )
  select count(*) into deleted from gone;
  return deleted;
end
$$;
comment on function sluice.delete_expired_results(integer) is
  'Deletes up to `most` manifests of results that expired a quarter of an hour ago and are not read any more; returns how many.';
