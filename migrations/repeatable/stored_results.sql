create or replace view sluice.stored_results as
select
  results.query_id,
  queries.tenant,
  queries.lane,
  case when results.bucket is not null then 's3' when results.inline_chunk is not null then 'manifest' else 'postgresql' end as store,
  results.complete,
  results.rows,
  results.chunks,
  results.raw_bytes,
  results.stored_bytes,
  results.limiting_factor,
  results.created_at,
  results.expires_at,
  results.expires_on,
  results.bucket,
  results.object_prefix
from sluice.results
join sluice.queries on queries.id = results.query_id;
comment on view sluice.stored_results is 'Results that are kept, or expired and not cleared away yet; one row each.';
comment on column sluice.stored_results.query_id is 'The query.';
comment on column sluice.stored_results.tenant is 'Whose it is.';
comment on column sluice.stored_results.lane is 'Lane of the query.';
comment on column sluice.stored_results.store is 'Where its chunks are: manifest (a small one, in sluice.results itself), postgresql (sluice.chunks) or s3.';
comment on column sluice.stored_results.complete is 'Nothing more will be added.';
comment on column sluice.stored_results.rows is 'Rows so far.';
comment on column sluice.stored_results.chunks is 'Chunks so far.';
comment on column sluice.stored_results.raw_bytes is 'Arrow bytes before compression.';
comment on column sluice.stored_results.stored_bytes is 'Bytes as stored.';
comment on column sluice.stored_results.limiting_factor is 'Limit that cut it short; null: it is whole.';
comment on column sluice.stored_results.created_at is 'When its first chunk was stored.';
comment on column sluice.stored_results.expires_at is 'When it stops being served.';
comment on column sluice.stored_results.expires_on is 'Partition of sluice.chunks.';
comment on column sluice.stored_results.bucket is 'S3 bucket of its objects.';
comment on column sluice.stored_results.object_prefix is 'What the keys of its objects begin with.';
