-- For psql. Workers detach partitions concurrently, which no function can, so that nobody waits.
create or replace function sluice.drop_expired_results() returns integer
language plpgsql as $$
declare
  expired record;
  dropped integer := 0;
begin
  perform set_config('lock_timeout', '200ms', true);
  perform sluice.delete_expired_keys();
  for expired in select name from sluice.expired_partitions() loop
    begin
      execute format('drop table sluice.%I', expired.name);
      dropped := dropped + 1;
    exception when lock_not_available then
      raise notice 'sluice.% is in use; it is dropped next time.', expired.name;
    end;
  end loop;
  perform sluice.delete_expired_results(100000);
  return dropped;
end
$$;
comment on function sluice.drop_expired_results() is
  'Drops expired partitions of sluice.chunks at once, with manifests and idempotency keys that have expired; returns the number of partitions.';
