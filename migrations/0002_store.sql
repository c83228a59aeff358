-- Results in S3, results that are kept longer, and what is left over of results.

alter table sluice.lanes
  add column s3_above_bytes bigint check (s3_above_bytes >= 0),
  add column archive_after_days integer check (archive_after_days > 0);
comment on column sluice.lanes.s3_above_bytes is
  'Results with more stored bytes than this lie in S3, 0: every result but those in the manifest itself; null: none does.';
comment on column sluice.lanes.archive_after_days is
  'Results move from PostgreSQL to S3 so many days after they were stored; null: they stay.';

------------------------------------------------------------------------------------------
alter table sluice.results
  add column bucket text,
  add column object_prefix text,
  drop constraint results_inline,
  -- One constraint: PostgreSQL prepares each anew for every statement.
  add constraint results_place check (
    (inline_chunk is null or (chunks = 1 and complete and inline_checksum is not null and bucket is null))
    and (bucket is null) = (object_prefix is null));
comment on column sluice.results.bucket is 'S3 bucket that holds the chunks; null: they are in sluice.chunks.';
comment on column sluice.results.object_prefix is
  'What the keys of its objects begin with: …/query id/attempt-token/; the number of the segment follows.';
-- Every manifest is deleted one day, by the thousand: vacuum keeps up, so that new ones take their place.
alter table sluice.results set (
  autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_cost_delay = 0);

alter table sluice.chunks
  alter column data drop not null,
  add column segment integer,
  add column object_offset bigint,
  add column stored_bytes integer,
  add constraint chunks_place check (
    num_nulls(segment, object_offset, stored_bytes) = case when data is null then 0 else 3 end);
comment on column sluice.chunks.data is 'The zstd frame; null: it is in S3.';
comment on column sluice.chunks.segment is 'Number of the object in S3 that holds the frame; null: data holds it.';
comment on column sluice.chunks.object_offset is 'Where the frame begins within that object, in bytes.';
comment on column sluice.chunks.stored_bytes is 'Length of the frame within that object.';

------------------------------------------------------------------------------------------
create table sluice.dropped_objects (
  bucket text not null,
  object_prefix text not null,
  dropped_at timestamptz not null default clock_timestamp(),
  primary key (bucket, object_prefix)
);
comment on table sluice.dropped_objects is
  'Objects in S3 that no manifest names any more; the maintenance deletes them, then the row.';
comment on column sluice.dropped_objects.bucket is 'Their bucket.';
comment on column sluice.dropped_objects.object_prefix is 'What their keys begin with.';
comment on column sluice.dropped_objects.dropped_at is 'Since when.';

------------------------------------------------------------------------------------------
create table sluice.result_readers (
  query_id uuid not null,
  reader_id uuid not null,
  expires_on date not null,
  read_until timestamptz not null,
  primary key (query_id, reader_id)
);
comment on table sluice.result_readers is
  'Long downloads under way. What they read is not dropped, though its time may be over.';
comment on column sluice.result_readers.query_id is 'The query whose result is read.';
comment on column sluice.result_readers.reader_id is 'Server process that reads it for clients.';
comment on column sluice.result_readers.expires_on is 'Partition of sluice.chunks that it reads.';
comment on column sluice.result_readers.read_until is 'Until when this holds unless the server says so again.';

------------------------------------------------------------------------------------------
create table sluice.corrupt_chunks (
  query_id uuid not null,
  n integer not null,
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  reads bigint not null default 1,
  reason text not null,
  primary key (query_id, n)
);
comment on table sluice.corrupt_chunks is
  'Chunks that a reader found missing or damaged. A row here is worth an alert: a disk, a bucket or somebody has lost data.';
comment on column sluice.corrupt_chunks.query_id is 'The query.';
comment on column sluice.corrupt_chunks.n is 'Number of the chunk within its result.';
comment on column sluice.corrupt_chunks.first_seen_at is 'When it was first found so.';
comment on column sluice.corrupt_chunks.last_seen_at is 'When it was last found so.';
comment on column sluice.corrupt_chunks.reads is 'How often.';
comment on column sluice.corrupt_chunks.reason is 'What was found.';
