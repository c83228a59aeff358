-- One evaluation at a time. That an alert has fired stands in its row, which is what makes it
-- fire once, whoever evaluates.
create or replace function sluice.evaluate_alerts(at timestamptz default clock_timestamp()) returns integer
language plpgsql as $$
declare
  measured jsonb;
  broken jsonb;
  changed sluice.alerts;
  changes integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.alerts', 0)) then
    return 0;
  end if;

  select
    coalesce(jsonb_agg(each.alert), '[]'),
    coalesce(jsonb_agg(each.alert) filter (where each.is_broken), '[]')
  into measured, broken
  from (
    select
      jsonb_build_object(
        'rule', rules.name, 'subject', found.subject, 'value', found.value, 'measure', rules.measure,
        'comparison', rules.comparison, 'threshold', rules.threshold) as alert,
      case rules.comparison when 'above' then found.value > rules.threshold else found.value < rules.threshold end
        as is_broken
    from sluice.alert_rules rules
    cross join lateral sluice.alert_measure(
      rules.measure, rules.window_seconds, rules.least_samples, evaluate_alerts.at) found
    where rules.enabled and (rules.subject is null or rules.subject = found.subject)
  ) each;

  insert into sluice.alerts (id, rule, subject, value, measure, comparison, threshold, started_at)
  select sluice.uuid_v7(), each.rule, each.subject, each.value, each.measure, each.comparison, each.threshold,
    evaluate_alerts.at
  from jsonb_to_recordset(broken) as each (
    rule text, subject text, value double precision, measure text, comparison text, threshold double precision)
  on conflict (rule, subject) where resolved_at is null do update
  set value = excluded.value, measure = excluded.measure, comparison = excluded.comparison,
      threshold = excluded.threshold;

  for changed in
    update sluice.alerts set fired_at = evaluate_alerts.at
    from sluice.alert_rules rules
    where alerts.resolved_at is null and alerts.fired_at is null and rules.name = alerts.rule
      and alerts.started_at <= evaluate_alerts.at - make_interval(secs => rules.for_seconds)
      and exists (
        select from jsonb_to_recordset(broken) as each (rule text, subject text)
        where each.rule = alerts.rule and each.subject = alerts.subject)
    returning alerts.*
  loop
    perform sluice.tell_of_alert(changed, 'alert.firing');
    changes := changes + 1;
  end loop;

  delete from sluice.alerts
  where fired_at is null and not exists (
    select from jsonb_to_recordset(broken) as each (rule text, subject text)
    where each.rule = alerts.rule and each.subject = alerts.subject);
  for changed in
    update sluice.alerts
    set resolved_at = evaluate_alerts.at,
        -- A lane that is gone, a rule that is off and a rate of too few have no value.
        value = coalesce((
          select each.value
          from jsonb_to_recordset(measured) as each (rule text, subject text, value double precision)
          where each.rule = alerts.rule and each.subject = alerts.subject), alerts.value)
    where resolved_at is null and fired_at is not null and not exists (
      select from jsonb_to_recordset(broken) as each (rule text, subject text)
      where each.rule = alerts.rule and each.subject = alerts.subject)
    returning alerts.*
  loop
    perform sluice.tell_of_alert(changed, 'alert.resolved');
    changes := changes + 1;
  end loop;
  return changes;
end
$$;
comment on function sluice.evaluate_alerts(timestamptz) is
  'Looks at every alert rule: what has been broken for long enough fires, what no longer is is resolved, each told to webhooks once, in the same transaction. Returns how many alerts changed so.';
