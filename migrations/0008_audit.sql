-- Who did what: actions of operators, kept beside what they changed.

create table sluice.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  tenant text not null,
  actor text not null check (actor <> ''),
  address text not null,
  action text not null check (action ~ '^[a-z]+\.[a-z_]+$'),
  target text,
  detail jsonb not null default '{}'
);
comment on table sluice.audit is
  'Actions taken over HTTP: changes to lanes, sources, workers and schedules, cancels and retries, and queries that were submitted from the admin page.';
comment on column sluice.audit.id is 'Rises with time.';
comment on column sluice.audit.at is 'When.';
comment on column sluice.audit.tenant is 'Whose things were acted on.';
comment on column sluice.audit.actor is 'Who: the name given at the login of the admin page, or "API key".';
comment on column sluice.audit.address is 'Network address that the request came from.';
comment on column sluice.audit.action is 'What: thing.verb, such as lane.pause.';
comment on column sluice.audit.target is 'Name or id of the thing; null: it was about many.';
comment on column sluice.audit.detail is 'What the request asked for, without secrets.';
create index audit_target on sluice.audit (target, id) where target is not null;
