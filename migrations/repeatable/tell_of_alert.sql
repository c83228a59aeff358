create or replace function sluice.tell_of_alert(in_alert sluice.alerts, in_type text) returns void
language plpgsql as $$
begin
  insert into sluice.deliveries (id, webhook, type, payload)
  select sluice.uuid_v7(), webhooks.name, in_type,
    jsonb_build_object(
      'type', in_type,
      'timestamp', sluice.iso_time(case in_type when 'alert.firing' then in_alert.fired_at else in_alert.resolved_at end),
      'data', jsonb_build_object(
        'id', in_alert.id, 'rule', rules.name, 'description', rules.description, 'measure', in_alert.measure,
        'subject', in_alert.subject, 'comparison', in_alert.comparison, 'threshold', in_alert.threshold,
        'value', in_alert.value, 'started_at', sluice.iso_time(in_alert.started_at),
        'fired_at', sluice.iso_time(in_alert.fired_at), 'resolved_at', sluice.iso_time(in_alert.resolved_at)))
  from sluice.alert_rules rules
  join sluice.webhooks on webhooks.enabled and in_type = any (webhooks.events)
    and (webhooks.name = any (rules.webhooks)
      or rules.webhooks is null and (
        webhooks.lanes is null or in_alert.subject = any (webhooks.lanes)
        -- What is of no lane concerns all of them; a webhook without any is told of what names it alone.
        or cardinality(webhooks.lanes) > 0
          and in_alert.measure not in ('failure_rate', 'queue_depth', 'oldest_wait_seconds')))
  where rules.name = in_alert.rule;
  if found then
    perform pg_notify('sluice_deliveries', '');
  end if;
end
$$;
comment on function sluice.tell_of_alert(sluice.alerts, text) is
  'Writes the deliveries that are due to webhooks for an alert that fires or is resolved. Part of evaluate_alerts() and alert_rule_removed().';
