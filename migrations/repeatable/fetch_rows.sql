-- A procedure, because the worker sees what is asked for after a commit only.
create or replace procedure sluice.fetch_rows(id uuid, patience_seconds integer default 30)
language plpgsql as $$
declare
  query sluice.queries;
  until timestamptz := clock_timestamp() + make_interval(secs => patience_seconds);
begin
  select * into query from sluice.queries where queries.id = fetch_rows.id;
  if not found then
    raise exception 'There is no query %.', fetch_rows.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  end if;
  if query.state in ('queued', 'running', 'canceling') then
    raise exception 'The query is %. Wait for its end.', query.state using
      errcode = 'SLUIC', detail = 'code: result_not_ready';
  end if;
  if query.state <> 'succeeded' then
    raise exception 'The query %; it has no result.', query.state using
      errcode = 'SLUIC', detail = 'code: query_' || query.state, hint = query.error ->> 'message';
  end if;
  if not exists (select from sluice.results where query_id = fetch_rows.id and expires_at > now()) then
    raise exception 'The result was kept until its time was over. Submit the query again.' using
      errcode = 'SLUIC', detail = 'code: result_expired';
  end if;
  if exists (
    select from sluice.result_copies where query_id = fetch_rows.id and token = query.lease_token
  ) then
    return;
  end if;
  perform graphile_worker.add_job(
    'sluice:copy', json_build_object('query_id', fetch_rows.id), job_key => 'sluice:copy:' || fetch_rows.id);
  loop
    commit;
    exit when exists (
      select from sluice.result_copies where query_id = fetch_rows.id and token = query.lease_token);
    if clock_timestamp() > until then
      raise exception 'No worker has fetched the rows within % seconds. Does one run?', patience_seconds using
        errcode = 'SLUIC', detail = 'code: result_not_ready';
    end if;
    perform pg_sleep(0.05);
  end loop;
end
$$;
comment on procedure sluice.fetch_rows(uuid, integer) is
  'Has a worker copy the first rows of a result (at most 1,000, or 64 KiB of JSON) to where result_rows() reads them, and waits for it. call sluice.fetch_rows(''…'');';
