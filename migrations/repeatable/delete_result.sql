create or replace function sluice.delete_result(id uuid) returns boolean
language plpgsql as $$
declare
  query sluice.queries;
  is_kept boolean;
begin
  select * into query from sluice.queries where queries.id = delete_result.id for update;
  if not found then
    raise exception 'There is no query %.', delete_result.id using errcode = 'SLUIC', detail = 'code: query_not_found';
  end if;
  if query.state in ('queued', 'running', 'canceling') then
    raise exception 'The query is %. Cancel it, or wait for its end.', query.state using
      errcode = 'SLUIC', detail = 'code: result_not_ready';
  end if;
  is_kept := exists (select from sluice.results where query_id = delete_result.id and expires_at > now());
  if is_kept then
    update sluice.queries set ttl_seconds = floor(extract(epoch from now() - query.finished_at))
    where queries.id = delete_result.id;
  end if;
  perform sluice.drop_result(delete_result.id);
  perform graphile_worker.add_job('sluice:collect', job_key => 'sluice:collect')
  where exists (select from sluice.dropped_objects);
  return is_kept;
end
$$;
comment on function sluice.delete_result(uuid) is
  'Deletes the result of a query that has ended, now, whoever reads it; false if it was not kept any more.';
