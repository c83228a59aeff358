-- Plans that sources chose for statements, for queries that ask for them.

alter table sluice.queries add column explain boolean;
comment on column sluice.queries.explain is 'True: the plan that the source chooses is kept with each attempt; see plans.';

create table sluice.plans (
  query_id uuid not null,
  attempt integer not null,
  captured_at timestamptz not null default clock_timestamp(),
  plan json not null,
  primary key (query_id, attempt)
);
comment on table sluice.plans is
  'Plans of queries that asked for them, one per attempt, of at most 1 MiB; kept as long as the query. They show values of parameters.';
comment on column sluice.plans.query_id is 'The query.';
comment on column sluice.plans.attempt is 'Attempt that was about to run.';
comment on column sluice.plans.captured_at is 'When.';
comment on column sluice.plans.plan is 'What EXPLAIN (FORMAT JSON) answered.';
