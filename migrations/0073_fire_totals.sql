-- How fires came out, counted; and what alerts look for in their history.

create table sluice.fire_totals (
  id bigint generated always as identity primary key,
  submitted bigint not null default 0,
  skipped bigint not null default 0,
  missed bigint not null default 0,
  refused bigint not null default 0,
  succeeded bigint not null default 0,
  failed bigint not null default 0,
  canceled bigint not null default 0,
  timed_out bigint not null default 0,
  late_ms double precision not null default 0,
  late bigint[] not null default '{}'
) with (fillfactor = 50);
comment on table sluice.fire_totals is
  'How fires have come out since they are counted, and how their queries ended: sums of the rows only rise, for /metrics. There is a row for each transaction that counted while the others were locked.';
comment on column sluice.fire_totals.id is 'Tells rows apart, no more.';
comment on column sluice.fire_totals.submitted is 'Fires that submitted a query, manual ones too.';
comment on column sluice.fire_totals.skipped is 'Fires that an overlap policy left out.';
comment on column sluice.fire_totals.missed is 'Nominal times that a misfire policy left out.';
comment on column sluice.fire_totals.refused is 'Fires whose submission was refused.';
comment on column sluice.fire_totals.succeeded is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.failed is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.canceled is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.timed_out is 'Queries of fires that ended so.';
comment on column sluice.fire_totals.late_ms is 'Sum of the times from nominal time to submission, without manual runs.';
comment on column sluice.fire_totals.late is 'These times, counted by the bounds of histogram_bounds().';

create index fires_refused on sluice.fires (decided_at) where outcome = 'refused';
create index fires_failed on sluice.fires (finished_at) where query_state in ('failed', 'timed_out');
