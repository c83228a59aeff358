create or replace function sluice.webhook_removed() returns trigger
language plpgsql as $$
declare
  users text;
begin
  select string_agg(named, ', ' order by named) into users
  from (
    select 'alert rule ' || name from sluice.alert_rules where old.name = any (webhooks)
    union all select 'schedule ' || name from sluice.schedules where old.name = any (webhooks)
  ) each (named);
  if users is not null then
    raise exception 'Webhook % is named by %. Take it out there first, so that nothing falls silent unnoticed.', old.name, users
      using errcode = 'SLUIC', detail = 'code: webhook_in_use';
  end if;
  return old;
end
$$;
comment on function sluice.webhook_removed() is
  'Trigger of sluice.webhooks: one that an alert rule or a schedule names is not removed.';
create or replace trigger webhook_removed before delete on sluice.webhooks
  for each row execute function sluice.webhook_removed();
