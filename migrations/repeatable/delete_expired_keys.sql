create or replace function sluice.delete_expired_keys(most integer default 10000) returns integer
language plpgsql as $$
declare
  deleted integer;
begin
  delete from sluice.idempotency_keys
  where (tenant, key) in (
    select tenant, key from sluice.idempotency_keys
    where created_at < now() - interval '24 hours'
    order by created_at
    limit most
    for update skip locked);
  get diagnostics deleted = row_count;
  return deleted;
end
$$;
comment on function sluice.delete_expired_keys(integer) is
  'Deletes up to `most` idempotency keys that are older than 24 hours; returns how many.';
