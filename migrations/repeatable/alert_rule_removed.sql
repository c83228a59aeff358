create or replace function sluice.alert_rule_removed() returns trigger
language plpgsql as $$
declare
  ended sluice.alerts;
begin
  for ended in
    update sluice.alerts set resolved_at = clock_timestamp()
    where rule = old.name and fired_at is not null and resolved_at is null
    returning alerts.*
  loop
    perform sluice.tell_of_alert(ended, 'alert.resolved');
  end loop;
  return old;
end
$$;
comment on function sluice.alert_rule_removed() is
  'Trigger of sluice.alert_rules: what a rule raised is resolved, and told, before it goes with its rule.';
create or replace trigger alert_rule_removed before delete on sluice.alert_rules
  for each row execute function sluice.alert_rule_removed();
