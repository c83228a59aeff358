-- Commits of chunks wait for no disk, so a crash of the server can undo what a worker was told is stored.
create or replace function sluice.incomplete_results(outcomes jsonb) returns uuid[]
language plpgsql as $$
declare
  outcome record;
  is_whole boolean;
  incomplete uuid[] := '{}';
begin
  for outcome in
    select reported.query_id, reported.token, m.*
    from jsonb_to_recordset(outcomes) as reported (query_id uuid, token bigint, manifest jsonb)
    cross join lateral jsonb_to_record(reported.manifest) as m (
      chunks integer, rows bigint, raw_bytes bigint, stored_bytes bigint, expires_on date, inline_at integer)
    where m.chunks > 0 and m.inline_at is null
      and exists (
        select from sluice.leases where leases.query_id = reported.query_id and leases.token = reported.token)
  loop
    -- With the day in the text the statement is planned for its partition alone.
    execute format(
      'select (count(*), max(n) + 1, sum(rows), sum(raw_bytes), sum(coalesce(stored_bytes, octet_length(data))))
         is not distinct from ($3::bigint, $3, $4, $5, $6)
       from sluice.chunks where query_id = $1 and token = $2 and expires_on = %L', outcome.expires_on)
    into is_whole
    using outcome.query_id, outcome.token, outcome.chunks, outcome.rows, outcome.raw_bytes, outcome.stored_bytes;
    if not is_whole then
      incomplete := incomplete || outcome.query_id;
    end if;
  end loop;
  return incomplete;
end
$$;
comment on function sluice.incomplete_results(jsonb) is
  'Those of the runs that finish() is told of whose chunks are not all stored: by their number, rows and bytes.';
