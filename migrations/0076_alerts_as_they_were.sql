-- An alert keeps what its rule was, so that a change of the rule does not change what happened.
alter table sluice.alerts
  add column measure text,
  add column comparison text,
  add column threshold double precision;
update sluice.alerts set (measure, comparison, threshold) = (
  select rules.measure, rules.comparison, rules.threshold from sluice.alert_rules rules where rules.name = alerts.rule);
alter table sluice.alerts
  alter column measure set not null,
  alter column comparison set not null,
  alter column threshold set not null;
comment on column sluice.alerts.measure is 'What its rule measured.';
comment on column sluice.alerts.comparison is 'Whether values above or below the threshold broke the rule.';
comment on column sluice.alerts.threshold is 'The value that was still allowed.';
comment on column sluice.alerts.value is
  'The value when it was last looked at; of one that is resolved that which resolved it, or the last if there was none.';

-- What JSON cannot hold; as a threshold the largest number says the same.
update sluice.alert_rules
set threshold = case when threshold = '-Infinity' then -1.7976931348623157e308 else 1.7976931348623157e308 end
where not (threshold > '-Infinity' and threshold < 'Infinity');
alter table sluice.alert_rules
  add constraint alert_rules_threshold_finite check (threshold > '-Infinity' and threshold < 'Infinity');
