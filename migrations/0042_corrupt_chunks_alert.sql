alter table sluice.alert_rules
  drop constraint alert_rules_measure_check,
  add constraint alert_rules_measure_check check (measure in (
    'failure_rate', 'queue_depth', 'oldest_wait_seconds', 'workers', 'store_latency_seconds', 'storage_bytes',
    'corrupt_chunks'));
insert into sluice.alert_rules (name, description, measure, comparison, threshold, window_seconds) values
  ('corrupt-chunks', 'A chunk of a result was found missing or damaged within the last hour.', 'corrupt_chunks', 'above', 0, 3600)
on conflict (name) do nothing;
