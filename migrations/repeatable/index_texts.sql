create or replace function sluice.index_texts() returns boolean
language plpgsql as $$
declare
  extension_schema text := (
    select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm');
begin
  if extension_schema is null then
    return false;
  end if;
  execute format(
    'create index if not exists statements_folded on sluice.statements using gin (folded %I.gin_trgm_ops)',
    extension_schema);
  return true;
end
$$;
comment on function sluice.index_texts() is
  'Makes the index for searches for text, if the extension pg_trgm is there; returns whether it is.';
