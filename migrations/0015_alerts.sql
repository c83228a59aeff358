-- Alerts: rules over what views measure, and the times at which they were broken.

create table sluice.alert_rules (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  description text not null default '',
  measure text not null check (measure in (
    'failure_rate', 'queue_depth', 'oldest_wait_seconds', 'workers', 'store_latency_seconds', 'storage_bytes')),
  subject text,
  comparison text not null default 'above' check (comparison in ('above', 'below')),
  threshold double precision not null,
  for_seconds integer not null default 0 check (for_seconds between 0 and 86400),
  window_seconds integer not null default 300 check (window_seconds between 60 and 86400),
  least_samples integer not null default 10 check (least_samples > 0),
  enabled boolean not null default true,
  webhooks text[],
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table sluice.alert_rules is 'When to raise an alert. Rows may be changed from psql. See docs/alerts.md.';
comment on column sluice.alert_rules.name is 'Name, as requests use it.';
comment on column sluice.alert_rules.description is 'What it means, for people.';
comment on column sluice.alert_rules.measure is 'What is measured; see alert_measure().';
comment on column sluice.alert_rules.subject is 'Only this one, such as a lane; null: each on its own.';
comment on column sluice.alert_rules.comparison is 'Whether values above or below the threshold break the rule.';
comment on column sluice.alert_rules.threshold is 'The value that is still allowed.';
comment on column sluice.alert_rules.for_seconds is 'The rule must be broken for so long before the alert fires.';
comment on column sluice.alert_rules.window_seconds is 'Span of time that a rate looks at.';
comment on column sluice.alert_rules.least_samples is 'A rate over fewer queries than this is not judged.';
comment on column sluice.alert_rules.enabled is 'While false it is not looked at, and what it raised is resolved.';
comment on column sluice.alert_rules.webhooks is 'Webhooks that are told; null: every one that wants alerts.';
comment on column sluice.alert_rules.created_at is 'When it was added.';
comment on column sluice.alert_rules.updated_at is 'When somebody last changed it.';
insert into sluice.alert_rules (name, description, measure, comparison, threshold, for_seconds, window_seconds) values
  ('failure-rate', 'More than 5 % of a lane''s queries failed or timed out within 5 minutes.', 'failure_rate', 'above', 0.05, 0, 300),
  ('queue-depth', 'More than 500 queries of a lane have waited for 10 minutes.', 'queue_depth', 'above', 500, 600, 300),
  ('workers', 'Fewer workers than expected for 5 minutes. Set the threshold to the number that you run.', 'workers', 'below', 1, 300, 300),
  ('store-latency', 'Storing takes longer than a second.', 'store_latency_seconds', 'above', 1, 60, 300);

create table sluice.alerts (
  id uuid primary key,
  rule text not null references sluice.alert_rules (name) on update cascade on delete cascade,
  subject text not null,
  value double precision not null,
  started_at timestamptz not null,
  fired_at timestamptz,
  resolved_at timestamptz,
  constraint alerts_fired_before_resolved check (resolved_at is null or fired_at is not null)
);
comment on table sluice.alerts is 'Times at which a rule was broken: pending, firing, then resolved.';
comment on column sluice.alerts.id is 'UUIDv7.';
comment on column sluice.alerts.rule is 'The rule.';
comment on column sluice.alerts.subject is 'What broke it, such as a lane; empty where there is but one.';
comment on column sluice.alerts.value is 'The value when it was last looked at.';
comment on column sluice.alerts.started_at is 'Since when the rule is broken.';
comment on column sluice.alerts.fired_at is 'When it had been for for_seconds; null: it has not yet.';
comment on column sluice.alerts.resolved_at is 'When it no longer was; null: it still is.';
create unique index alerts_open on sluice.alerts (rule, subject) where resolved_at is null;

alter table sluice.beat add column store_latency_seconds double precision;
comment on column sluice.beat.store_latency_seconds is
  'What a durable write to PostgreSQL takes, measured once a second by the holder: the mean of about ten.';
