-- Webhooks: whom to tell of the ends of queries and of alerts, and what is still to be sent.

alter table sluice.queries add column webhooks text[];
comment on column sluice.queries.webhooks is 'Webhooks that the request names, to be told of its end besides those of its lane; null: none.';

alter table sluice.schedules add column webhooks text[];
comment on column sluice.schedules.webhooks is 'Webhooks that its queries name; null: none.';

create table sluice.webhooks (
  name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  tenant text not null default 'default',
  description text not null default '',
  url text not null check (url ~ '^https?://[^/]' and length(url) <= 2000),
  events text[] not null default
    '{query.succeeded,query.failed,query.canceled,query.timed_out,alert.firing,alert.resolved}'
    check (cardinality(events) > 0 and events <@
      '{query.succeeded,query.failed,query.canceled,query.timed_out,alert.firing,alert.resolved}'::text[]),
  lanes text[],
  enabled boolean not null default true,
  disable_after_seconds integer not null default 432000 check (disable_after_seconds > 0),
  disabled_at timestamptz,
  disabled_reason text,
  failing_since timestamptz,
  last_success_at timestamptz,
  not_before timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table sluice.webhooks is 'Addresses that are told of ends of queries and of alerts. See docs/webhooks.md.';
comment on column sluice.webhooks.name is 'Name, as requests use it.';
comment on column sluice.webhooks.tenant is 'Whose queries it is told of.';
comment on column sluice.webhooks.description is 'What it is for.';
comment on column sluice.webhooks.url is 'Where to POST.';
comment on column sluice.webhooks.events is 'Events that it is told of.';
comment on column sluice.webhooks.lanes is 'Lanes whose queries it is told of, besides those that name it; null: every lane.';
comment on column sluice.webhooks.enabled is 'While false nothing is sent, and no new delivery is written.';
comment on column sluice.webhooks.disable_after_seconds is 'It is disabled once every attempt of so long a time has failed.';
comment on column sluice.webhooks.disabled_at is 'When it was disabled by itself; null: it was not.';
comment on column sluice.webhooks.disabled_reason is 'Why.';
comment on column sluice.webhooks.failing_since is 'First failure after the last success; null: the last attempt went well.';
comment on column sluice.webhooks.last_success_at is 'When it last took a delivery.';
comment on column sluice.webhooks.not_before is 'It asked to be left alone until then.';
comment on column sluice.webhooks.created_at is 'When it was added.';
comment on column sluice.webhooks.updated_at is 'When somebody last changed it.';
create index webhooks_enabled on sluice.webhooks (name) where enabled;

create table sluice.webhook_secrets (
  webhook text primary key references sluice.webhooks (name) on update cascade on delete cascade,
  secret text not null check (secret ~ '^whsec_'),
  previous_secret text,
  previous_until timestamptz
);
comment on table sluice.webhook_secrets is
  'Signing secrets of webhooks, apart from them so that reading webhooks never reads secrets. Shown once, when made.';
comment on column sluice.webhook_secrets.webhook is 'The webhook.';
comment on column sluice.webhook_secrets.secret is 'Signs its deliveries: whsec_ and 32 random bytes in base64.';
comment on column sluice.webhook_secrets.previous_secret is 'The one before, which signs besides until previous_until.';
comment on column sluice.webhook_secrets.previous_until is 'Until when.';

------------------------------------------------------------------------------------------
create table sluice.deliveries (
  id uuid primary key,
  webhook text not null references sluice.webhooks (name) on update cascade on delete cascade,
  type text not null,
  query_id uuid,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  next_attempt_at timestamptz default clock_timestamp(),
  finished_at timestamptz,
  payload jsonb not null,
  log jsonb not null default '[]',
  constraint deliveries_pending_until_finished check (
    (state = 'pending') = (finished_at is null) and (state = 'pending') = (next_attempt_at is not null))
);
comment on table sluice.deliveries is
  'What webhooks are told: written in the transaction of the event, sent by the holder of the beat, tried again until it is taken.';
comment on column sluice.deliveries.id is 'UUIDv7; with msg_ before it the webhook-id, the same for every attempt.';
comment on column sluice.deliveries.webhook is 'To whom.';
comment on column sluice.deliveries.type is 'Event, such as query.failed.';
comment on column sluice.deliveries.query_id is 'The query that ended; null: the event is of no query.';
comment on column sluice.deliveries.state is 'pending, delivered, or failed: no attempt is left.';
comment on column sluice.deliveries.attempts is 'Attempts since it was written, or since it was last sent again by hand.';
comment on column sluice.deliveries.created_at is 'When the event happened.';
comment on column sluice.deliveries.next_attempt_at is 'Not to be sent before; while it is being sent, when another may try.';
comment on column sluice.deliveries.finished_at is 'When it was taken or given up.';
comment on column sluice.deliveries.payload is 'Body that is sent.';
comment on column sluice.deliveries.log is 'Attempts: [{at, status, error, duration_ms}].';
create index deliveries_due on sluice.deliveries (webhook, next_attempt_at) where state = 'pending';
create index deliveries_of_webhook on sluice.deliveries (webhook, id);
create index deliveries_of_query on sluice.deliveries (query_id) where query_id is not null;
