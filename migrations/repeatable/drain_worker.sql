create or replace function sluice.drain_worker(id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update sluice.workers set draining = true, drain_reason = coalesce(drain_reason, 'asked to drain')
  where workers.id = drain_worker.id and stopped_at is null;
  if not found then
    raise exception 'There is no worker % that runs.', drain_worker.id using errcode = 'SLUIC', detail = 'code: unknown_worker';
  end if;
  perform sluice.note_action('worker.drain', drain_worker.id::text);
end
$$;
comment on function sluice.drain_worker(uuid) is
  'Lets a worker claim nothing more and stop once its queries have ended, like SIGTERM to its process.';
