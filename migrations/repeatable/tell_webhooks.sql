-- The outbox of ends of queries, in the transaction of the end. The payload is a snapshot, so
-- that it is the same however late it is sent.
create or replace function sluice.tell_webhooks(ended uuid[]) returns integer
language plpgsql as $$
declare
  written integer;
begin
  if not exists (select from sluice.webhooks where enabled) then
    return 0;
  end if;
  insert into sluice.deliveries (id, webhook, type, query_id, payload)
  select sluice.uuid_v7(), webhooks.name, 'query.' || queries.state, queries.id,
    jsonb_build_object(
      'type', 'query.' || queries.state,
      'timestamp', sluice.iso_time(queries.finished_at),
      'data', jsonb_build_object(
        'id', queries.id, 'state', queries.state, 'source', queries.source, 'lane', queries.lane,
        'tenant', queries.tenant, 'labels', queries.labels, 'attempt', queries.attempt,
        'schedule', fires.schedule, 'fire_at', sluice.iso_time(fires.fire_at),
        'submitted_at', sluice.iso_time(queries.submitted_at), 'started_at', sluice.iso_time(queries.started_at),
        'finished_at', sluice.iso_time(queries.finished_at),
        'rows', case when queries.state = 'succeeded' then results.rows end,
        'error', sluice.told_error(queries.error),
        'links', jsonb_build_object(
          'self', '/v1/queries/' || queries.id, 'result', '/v1/queries/' || queries.id || '/result')))
  from unnest(ended) each (id)
  join sluice.queries on queries.id = each.id
  join sluice.webhooks on webhooks.enabled and webhooks.tenant = queries.tenant
    and 'query.' || queries.state = any (webhooks.events)
    and (webhooks.lanes is null or queries.lane = any (webhooks.lanes) or webhooks.name = any (queries.webhooks))
  left join sluice.results on results.query_id = queries.id
  left join sluice.fires on fires.query_id = queries.id;
  get diagnostics written = row_count;
  if written > 0 then
    perform pg_notify('sluice_deliveries', '');
  end if;
  return written;
end
$$;
comment on function sluice.tell_webhooks(uuid[]) is
  'Writes the deliveries that are due to webhooks for queries which have just ended; returns how many.';
