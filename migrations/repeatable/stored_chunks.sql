create or replace view sluice.stored_chunks as
select
  chunks.query_id,
  chunks.n,
  chunks.first_row,
  chunks.rows,
  chunks.raw_bytes,
  coalesce(chunks.stored_bytes, octet_length(chunks.data)) as stored_bytes,
  chunks.checksum,
  case when chunks.data is null then 's3' else 'postgresql' end as store,
  case when chunks.data is null then results.object_prefix || chunks.segment || '.arrows.zst' end as object_key,
  chunks.object_offset
from sluice.results
join sluice.chunks on chunks.query_id = results.query_id and chunks.token = results.token
  and chunks.expires_on = results.expires_on;
comment on view sluice.stored_chunks is 'Chunks that manifests name, without their data; ask for one query.';
comment on column sluice.stored_chunks.query_id is 'The query.';
comment on column sluice.stored_chunks.n is 'Number within the result, from 0.';
comment on column sluice.stored_chunks.first_row is 'Number of its first row within the result, from 0.';
comment on column sluice.stored_chunks.rows is 'Rows in it.';
comment on column sluice.stored_chunks.raw_bytes is 'Arrow bytes before compression.';
comment on column sluice.stored_chunks.stored_bytes is 'Bytes of its zstd frame.';
comment on column sluice.stored_chunks.checksum is 'CRC-32 of the frame.';
comment on column sluice.stored_chunks.store is 'postgresql or s3.';
comment on column sluice.stored_chunks.object_key is 'Key of the object in S3 that holds it.';
comment on column sluice.stored_chunks.object_offset is 'Bytes before it in that object.';
