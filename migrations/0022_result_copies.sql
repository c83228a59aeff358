create table sluice.result_copies (
  query_id uuid primary key,
  token bigint not null,
  made_at timestamptz not null default clock_timestamp(),
  complete boolean not null,
  rows jsonb not null
);
comment on table sluice.result_copies is
  'First rows of results as JSON, for SQL: made by a worker when fetch_rows() asks for them, gone with the result.';
comment on column sluice.result_copies.query_id is 'The query.';
comment on column sluice.result_copies.token is 'Lease token of the attempt whose result it is.';
comment on column sluice.result_copies.made_at is 'When it was made.';
comment on column sluice.result_copies.complete is 'The result has no more rows than these.';
comment on column sluice.result_copies.rows is 'Array of rows, each an array of values in the JSON form of the API.';
