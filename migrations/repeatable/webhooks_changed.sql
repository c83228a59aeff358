create or replace function sluice.webhooks_changed() returns trigger
language plpgsql as $$
begin
  if new.enabled and not old.enabled then
    new.disabled_at := null;
    new.disabled_reason := null;
  end if;
  if new.enabled and not old.enabled or new.url <> old.url then
    new.failing_since := null;
    new.failing_anew_since := null;
    new.last_failure_at := null;
    new.not_before := null;
  end if;
  if (new.url, new.events, new.lanes, new.enabled, new.description) is distinct from
    (old.url, old.events, old.lanes, old.enabled, old.description)
  then
    new.updated_at := clock_timestamp();
    perform pg_notify('sluice_deliveries', '');
  elsif old.not_before > clock_timestamp() and new.not_before is null then
    perform pg_notify('sluice_deliveries', '');
  end if;
  return new;
end
$$;
comment on function sluice.webhooks_changed() is
  'Trigger of sluice.webhooks: who is enabled again, or moves, starts with a clean record; the sender looks at once.';
create or replace trigger webhooks_changed before update on sluice.webhooks
  for each row execute function sluice.webhooks_changed();
