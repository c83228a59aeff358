create or replace function sluice.keep_result(id uuid, ttl_seconds integer) returns timestamptz
language plpgsql as $$
declare
  query sluice.queries;
  longest integer;
  kept timestamptz := now() + make_interval(secs => keep_result.ttl_seconds);
begin
  select * into query from sluice.queries where queries.id = keep_result.id for update;
  if not found then
    raise exception 'There is no query %.', keep_result.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  end if;
  if query.state in ('queued', 'running', 'canceling') then
    raise exception 'The query is %. Wait for its end.', query.state using
      errcode = 'SLUIC', detail = 'code: result_not_ready';
  end if;
  if query.state <> 'succeeded' then
    raise exception 'The query %; it has no result.', query.state using
      errcode = 'SLUIC', detail = 'code: query_' || query.state;
  end if;
  select max_ttl_seconds into longest from sluice.lanes where name = query.lane;
  if keep_result.ttl_seconds is null or keep_result.ttl_seconds < 1 then
    raise exception 'ttl_seconds must be at least 1.' using errcode = 'SLUIC', detail = 'code: invalid_request';
  end if;
  if keep_result.ttl_seconds > longest then
    raise exception 'ttl_seconds is %; lane % allows at most %.', keep_result.ttl_seconds, query.lane, longest using
      errcode = 'SLUIC', detail = 'code: limit_above_lane_maximum';
  end if;

  update sluice.results set expires_at = kept where query_id = keep_result.id and complete and expires_at > now();
  if not found then
    raise exception 'The result was kept until its time was over. Submit the query again.' using
      errcode = 'SLUIC', detail = 'code: result_expired';
  end if;
  -- What it says of the query stays true.
  update sluice.queries set ttl_seconds = ceil(extract(epoch from kept - query.finished_at))
  where queries.id = keep_result.id;
  return kept;
end
$$;
comment on function sluice.keep_result(uuid, integer) is
  'Keeps the result of a query for so many seconds from now, longer or shorter than it would be; returns until when.';
