alter table sluice.results add column first_rows bytea;
comment on column sluice.results.first_rows is
  'Of a result in S3: its first rows, at most 1,000 or 256 KiB of Arrow, as a zstd frame, so that its status can be read without S3.';
