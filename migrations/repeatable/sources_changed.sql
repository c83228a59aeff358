create or replace function sluice.sources_changed() returns trigger
language plpgsql as $$
begin
  if tg_table_name = 'source_secrets' then
    update sluice.sources set version = version + 1 where name = new.source;
  else
    new.version := old.version + 1;
    new.updated_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function sluice.sources_changed() is 'Trigger of sluice.sources and sluice.source_secrets: counts changes in sources.version.';
create or replace trigger sources_changed before update on sluice.sources
  for each row execute function sluice.sources_changed();
create or replace trigger source_secrets_changed after insert or update on sluice.source_secrets
  for each row execute function sluice.sources_changed();
