create or replace view sluice.costs as
select
  used.day,
  used.tenant,
  used.lane,
  used.source,
  nullif(used.label, '') as label,
  used.queries,
  used.run_ms / 1000 as seconds,
  used.rows,
  used.raw_bytes as bytes,
  round(
    rate.per_query * used.queries
      + rate.per_second * (used.run_ms / 1000)::numeric
      + rate.per_gib * used.raw_bytes / 1073741824,
    6) as cost
from sluice.statistics_usage used
left join lateral (
  select per_query, per_second, per_gib
  from sluice.cost_rates
  where tenant in (used.tenant, '*') and lane in (used.lane, '*') and source in (used.source, '*')
  order by tenant = '*', lane = '*', source = '*'
  limit 1
) rate on true;
comment on view sluice.costs is
  'What was used and what it cost, by day, tenant, lane, source and label. Prices are rows of sluice.cost_rates. Rows without a label count every query once; those with one add up to more where queries have several.';
comment on column sluice.costs.day is 'UTC day on which the queries ended.';
comment on column sluice.costs.tenant is 'Whose they were.';
comment on column sluice.costs.lane is 'Their lane.';
comment on column sluice.costs.source is 'Their source.';
comment on column sluice.costs.label is 'key:value for the queries with this label; null: all of them.';
comment on column sluice.costs.queries is 'Queries that ended.';
comment on column sluice.costs.seconds is 'Their run time.';
comment on column sluice.costs.rows is 'Rows of their results.';
comment on column sluice.costs.bytes is 'Bytes of their results, before compression.';
comment on column sluice.costs.cost is 'Their price, by the rate that fits best; null: no rate fits.';
