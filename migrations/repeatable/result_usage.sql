create or replace view sluice.result_usage as
select
  tenant,
  lane,
  store,
  age,
  count(*) as results,
  sum(rows)::bigint as rows,
  sum(raw_bytes)::bigint as raw_bytes,
  sum(stored_bytes)::bigint as stored_bytes
from (
  select
    queries.tenant,
    queries.lane,
    case when results.bucket is not null then 's3' when results.inline_chunk is not null then 'manifest' else 'postgresql' end as store,
    case
      when results.created_at > now() - interval '1 hour' then 'under an hour'
      when results.created_at > now() - interval '1 day' then 'under a day'
      when results.created_at > now() - interval '7 days' then 'under a week'
      when results.created_at > now() - interval '30 days' then 'under a month'
      else 'older'
    end as age,
    results.rows,
    results.raw_bytes,
    results.stored_bytes
  from sluice.results
  join sluice.queries on queries.id = results.query_id
) kept
group by tenant, lane, store, age;
comment on view sluice.result_usage is 'What results take up, by tenant, lane, store and age. Reads every manifest.';
comment on column sluice.result_usage.tenant is 'Whose results.';
comment on column sluice.result_usage.lane is 'Lane of their queries.';
comment on column sluice.result_usage.store is 'manifest, postgresql or s3.';
comment on column sluice.result_usage.age is 'under an hour, under a day, under a week, under a month, or older.';
comment on column sluice.result_usage.results is 'Number of results.';
comment on column sluice.result_usage.rows is 'Their rows.';
comment on column sluice.result_usage.raw_bytes is 'Arrow bytes before compression.';
comment on column sluice.result_usage.stored_bytes is 'Bytes as stored.';
