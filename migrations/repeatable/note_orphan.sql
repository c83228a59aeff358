create or replace function sluice.note_orphan(in_query uuid, in_token bigint, in_worker uuid) returns void
language sql as $$
  insert into sluice.orphans (worker_id, query_id, source, application_name)
  select in_worker, id, queries.source, sluice.run_name(id, attempt, in_token)
  from sluice.queries
  where id = in_query and lease_token = in_token
$$;
comment on function sluice.note_orphan(uuid, bigint, uuid) is
  'Notes that a run may still go on at its source although nobody answers for it, so that a worker ends it there.';
