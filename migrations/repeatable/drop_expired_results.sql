-- Drops the partitions of days that are over, and the manifests of results that are no
-- longer served. A download that holds a partition is waited for briefly, then left for the next run.
create or replace function sluice.drop_expired_results() returns integer
language plpgsql as $$
declare
  partition text;
  dropped integer := 0;
begin
  perform set_config('lock_timeout', '200ms', true);
  delete from sluice.idempotency_keys where created_at < now() - interval '24 hours';
  for partition in
    select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'sluice.chunks'::regclass
      and relname < 'chunks_' || to_char(now() at time zone 'UTC', 'YYYYMMDD')
    order by relname
  loop
    begin
      execute format('drop table sluice.%I', partition);
      dropped := dropped + 1;
    exception when lock_not_available then
      raise notice 'sluice.% is in use; it is dropped next time.', partition;
    end;
  end loop;
  delete from sluice.results where complete and expires_at < now() - interval '1 day';
  return dropped;
end
$$;
comment on function sluice.drop_expired_results() is
  'Drops partitions of sluice.chunks whose day is over, with manifests and idempotency keys that have expired; returns the number of partitions.';
