create or replace view sluice.slow_queries as
with used as (
  select fingerprint, sum(queries) as queries, sum(not_succeeded) as not_succeeded, sum(rows) as rows,
    sum(raw_bytes) as raw_bytes, sum(run_ms) as run_ms, max(longest_run_ms) as longest_run_ms,
    (array_agg(last_query_id order by hour desc))[1] as last_query_id
  from sluice.statistics_statements
  where hour > now() - interval '24 hours'
  group by fingerprint
),
spread as (
  select fingerprint, array_agg(values order by bucket) as runs
  from (
    select fingerprint, bucket, sum(value)::bigint as values
    from sluice.statistics_statements
    cross join lateral unnest(runs) with ordinality as each (value, bucket)
    where hour > now() - interval '24 hours'
    group by fingerprint, bucket
  ) counted
  group by fingerprint
)
select
  used.fingerprint,
  used.queries,
  used.not_succeeded,
  used.run_ms / 1000 as total_seconds,
  used.run_ms / nullif(sum(used.run_ms) over (), 0) as share_of_total,
  used.run_ms / used.queries as mean_ms,
  least(sluice.histogram_quantile(spread.runs, 0.95), used.longest_run_ms) as p95_ms,
  used.longest_run_ms as longest_ms,
  (used.rows / used.queries)::double precision as mean_rows,
  used.rows,
  used.raw_bytes as bytes,
  used.last_query_id,
  fingerprints.normalized as statement
from used
join spread on spread.fingerprint = used.fingerprint
left join sluice.fingerprints on fingerprints.fingerprint = used.fingerprint
order by used.run_ms desc;
comment on view sluice.slow_queries is
  'Where the run time of the last 24 hours went, by shape of statement: texts that differ in constants, comments and white space only count together. The most expensive first.';
comment on column sluice.slow_queries.fingerprint is 'Names the shape.';
comment on column sluice.slow_queries.queries is 'Runs that ended.';
comment on column sluice.slow_queries.not_succeeded is 'Those of them that did not succeed.';
comment on column sluice.slow_queries.total_seconds is 'Their run time.';
comment on column sluice.slow_queries.share_of_total is 'Share of the run time of all queries, 0 to 1.';
comment on column sluice.slow_queries.mean_ms is 'Mean run time.';
comment on column sluice.slow_queries.p95_ms is '95 of 100 ran no longer, as counted in buckets, whose bounds lie the square root of two apart.';
comment on column sluice.slow_queries.longest_ms is 'The longest run.';
comment on column sluice.slow_queries.mean_rows is 'Mean number of rows of a result.';
comment on column sluice.slow_queries.rows is 'Rows of their results.';
comment on column sluice.slow_queries.bytes is 'Bytes of their results, before compression.';
comment on column sluice.slow_queries.last_query_id is 'One of the last of them.';
comment on column sluice.slow_queries.statement is 'The shape: the statement without its constants.';
