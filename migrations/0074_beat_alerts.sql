-- Alerts of the beat and of schedules, with rules for them.
alter table sluice.alert_rules
  drop constraint alert_rules_measure_check,
  add constraint alert_rules_measure_check check (measure in (
    'failure_rate', 'queue_depth', 'oldest_wait_seconds', 'workers', 'store_latency_seconds', 'storage_bytes',
    'corrupt_chunks', 'beat_age_seconds', 'failed_fires', 'broken_schedules'));
insert into sluice.alert_rules (name, description, measure, comparison, threshold, for_seconds, window_seconds) values
  ('beat', 'The beat has not gone through what is due for half a minute.', 'beat_age_seconds', 'above', 30, 0, 300),
  ('failed-fires', 'A fire of a schedule was refused, or its query failed or timed out, within the last hour.', 'failed_fires', 'above', 0, 0, 3600),
  ('broken-schedules', 'The beat cannot tell when a schedule fires.', 'broken_schedules', 'above', 0, 0, 300)
on conflict (name) do nothing;
