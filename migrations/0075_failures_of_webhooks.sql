alter table sluice.webhooks
  add column last_failure_at timestamptz,
  add column failing_anew_since timestamptz;
comment on column sluice.webhooks.last_failure_at is 'Last failure after the last success; null: the last attempt went well.';
comment on column sluice.webhooks.failing_anew_since is
  'First of the failures after the last pause of two days without one: a webhook is not disabled for what failed before that alone.';
comment on column sluice.webhooks.not_before is 'It asked to be left alone until then, which is past, or ended by hand, if null.';
update sluice.webhooks set last_failure_at = clock_timestamp(), failing_anew_since = failing_since where failing_since is not null;
