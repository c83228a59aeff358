-- Ends runs. Each applies only if the run still holds its lease; a cancel that came first
-- wins over any other end. Binary parts of the manifests stand one after another in `blob`.
-- A run whose chunks are not all stored goes on: whoever reported its success ends it otherwise.
create or replace function sluice.finish(outcomes jsonb, blob bytea)
returns table (query_id uuid, state text)
language plpgsql
as $$
#variable_conflict use_column
declare
  -- With the ids as a condition of its own the update can only be planned by the index, even while the table is empty.
  outcome_ids uuid[] := array(select (outcome ->> 'query_id')::uuid from jsonb_array_elements(outcomes) outcome);
  incomplete_ids uuid[] := '{}';
  ended_ids uuid[];
  ended_states text[];
  has_webhooks boolean;
begin
  perform set_config('synchronous_commit', 'on', true);

  if outcomes @? '$[*].manifest ? (@.chunks > 0 && @.inline_at == null)' then
    incomplete_ids := sluice.incomplete_results(outcomes);
    outcome_ids := array(select unnest(outcome_ids) except select unnest(incomplete_ids));
  end if;

  with outcome as materialized (
    select * from jsonb_to_recordset(outcomes) as (
      query_id uuid, token bigint, state text, error jsonb, first_row_ms double precision, manifest jsonb)
  ),
  ended as (
    update sluice.queries
    set state = case when queries.state = 'canceling' then 'canceled' else outcome.state end,
        error = case when queries.state = 'canceling' then null else outcome.error end,
        first_row_at = queries.started_at + make_interval(secs => outcome.first_row_ms / 1000),
        finished_at = clock_timestamp()
    from outcome
    where queries.id = any (outcome_ids) and queries.id = outcome.query_id and queries.lease_token = outcome.token
      and (queries.state = 'running' or queries.state = 'canceling' and not exists (
        -- Nobody has seen the end of its session at the source: the reaper ends it.
        select from sluice.leases where leases.query_id = queries.id and leases.orphaned_at is not null))
    returning queries.id, queries.lease_token, queries.state, queries.attempt, queries.worker_id,
      queries.error ->> 'code' as reason, queries.finished_at, queries.ttl_seconds, outcome.manifest
  ),
  freed as (
    delete from sluice.leases using ended where leases.query_id = ended.id
  ),
  recorded as (
    insert into sluice.query_events (query_id, at, attempt, state, reason, worker_id)
    select id, finished_at, attempt, state, reason, worker_id from ended
  ),
  kept as (
    insert into sluice.results as stored (
      query_id, token, rows, raw_bytes, stored_bytes, expires_at, expires_on, chunks, complete, limiting_factor,
      columns, schema_message, inline_checksum, inline_chunk)
    select
      ended.id, ended.lease_token, m.rows, m.raw_bytes, m.stored_bytes,
      ended.finished_at + make_interval(secs => ended.ttl_seconds), m.expires_on, m.chunks, true, m.limiting_factor,
      m.columns, substring(blob from m.schema_at for m.schema_length), m.inline_checksum,
      substring(blob from m.inline_at for m.inline_length)
    from ended
    cross join lateral jsonb_to_record(ended.manifest) as m (
      rows bigint, raw_bytes bigint, stored_bytes bigint, expires_on date, chunks integer, limiting_factor text,
      columns jsonb, schema_at integer, schema_length integer, inline_at integer, inline_length integer,
      inline_checksum bigint)
    where ended.state = 'succeeded'
    on conflict (query_id) do update set
      token = excluded.token, rows = excluded.rows, raw_bytes = excluded.raw_bytes,
      stored_bytes = excluded.stored_bytes, expires_at = excluded.expires_at, expires_on = excluded.expires_on,
      chunks = excluded.chunks, complete = true, limiting_factor = excluded.limiting_factor,
      columns = excluded.columns, schema_message = excluded.schema_message,
      inline_checksum = excluded.inline_checksum, inline_chunk = excluded.inline_chunk
  )
  select array_agg(id), array_agg(state), exists (select from sluice.webhooks where enabled)
  into ended_ids, ended_states, has_webhooks
  from ended;
  if has_webhooks then
    perform sluice.tell_webhooks(ended_ids);
  end if;

  if incomplete_ids <> '{}' then
    return query select queries.id, queries.state from sluice.queries where queries.id = any (incomplete_ids);
  end if;
  for i in 1..coalesce(cardinality(ended_ids), 0) loop
    query_id := ended_ids[i];
    state := ended_states[i];
    if state <> 'succeeded' then
      perform sluice.drop_result(query_id);
    end if;
    return next;
  end loop;

  -- A notification holds less than 8,000 bytes: 200 ids of 36 and a comma.
  for i in 0..(coalesce(cardinality(ended_ids), 0) - 1) / 200 loop
    perform pg_notify('sluice_done', array_to_string(ended_ids[i * 200 + 1:i * 200 + 200], ','));
  end loop;
end
$$;
comment on function sluice.finish(jsonb, bytea) is
  'Ends runs that still hold their lease and stores their manifests; returns the state that each reached: running or canceling if chunks that its manifest counts are not there, and nothing was changed. A run that is not in the answer had lost its lease.';
