-- Everything that an event adds to is written by one statement, from one reading of its query
-- and result, joined by key in the order in which they are written. `state` and `at` are those
-- of the end; where they are null it has not ended, and null keys look nothing up. Events that
-- are alike are summed up first.
drop function if exists sluice.count_events(bigint, int8multirange, text[], int8multirange, timestamptz, boolean, jsonb);
create or replace function sluice.count_events(
  in_seen bigint, in_missing int8multirange, in_writers text[], in_ids int8multirange, in_began timestamptz,
  whole boolean, texts jsonb) returns jsonb
language plpgsql
set synchronous_commit = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
set enable_memoize = off
as $$
declare
  today date := (now() at time zone 'UTC')::date;
  newest timestamptz;
  unknown_texts jsonb;
begin
  insert into sluice.fingerprints (fingerprint, last_seen_on, normalized)
  select (text ->> 'fingerprint')::uuid, today, min(text ->> 'normalized')
  from jsonb_array_elements(texts) text
  group by 1
  on conflict (fingerprint) do nothing;
  insert into sluice.statements (digest, fingerprint, last_seen_on, sql)
  select (text ->> 'digest')::bigint, (text ->> 'fingerprint')::uuid, today, queries.sql
  from jsonb_array_elements(texts) text
  join sluice.queries on queries.id = (text ->> 'query_id')::uuid;

  begin
    with event as materialized (
      select
        each.minute, each.submitted, each.claimed, each.interrupted, each.reaped, each.state, each.at,
        queries.id as query_id, queries.lane, queries.tenant, queries.source, queries.worker_id,
        case jsonb_typeof(queries.labels) when 'object' then queries.labels else '{}' end as labels,
        queries.error ->> 'code' as code, queries.error ->> 'sqlstate' as sqlstate,
        case when each.state is not null then 1000 * extract(epoch from greatest(
          coalesce(queries.started_at, each.at) - greatest(queries.submitted_at, queries.run_at), '0'
        ))::double precision end as wait_ms,
        1000 * extract(epoch from each.at - queries.started_at)::double precision as run_ms,
        coalesce(results.rows, 0) as rows, coalesce(results.raw_bytes, 0) as raw_bytes,
        statements.id as statement_id, statements.fingerprint, statements.last_seen_on
      from (
        select query_id, date_trunc('minute', at) as minute,
          count(*) filter (where state = 'queued' and attempt = 0) as submitted,
          count(*) filter (where state = 'running' and reason is null) as claimed,
          count(*) filter (where state = 'queued' and reason = 'interrupted') as interrupted,
          count(*) filter (where reason in ('worker_lost', 'poison')) as reaped,
          min(state) filter (where ended) as state,
          min(at) filter (where ended) as at
        from unnest(in_ids) numbers
        cross join lateral (
          select *, state in ('succeeded', 'failed', 'canceled', 'timed_out') as ended
          from sluice.query_events where id >= lower(numbers) and id < upper(numbers)
          offset 0
        ) event
        group by 1, 2
        order by 1
      ) each
      join sluice.queries on queries.id = each.query_id
      left join sluice.results on results.query_id = case each.state when 'succeeded' then each.query_id end
      left join sluice.statements
        on statements.digest = case when each.state is not null then hashtextextended(queries.sql, 0) end
        and statements.sql = queries.sql
    ),
    unknown as materialized (
      select query_id from event where state is not null and statement_id is null
    ),
    counted as not materialized (
      select * from event where not exists (select from unknown)
    ),
    told as (
      insert into sluice.history (
        query_id, finished_at, statement_id, worker_id, wait_ms, run_ms, rows, raw_bytes, state, lane, tenant, source,
        code, sqlstate)
      select
        query_id, at, statement_id, worker_id, wait_ms, run_ms, rows, raw_bytes, state, lane, tenant, source, code, sqlstate
      from counted where state is not null
    ),
    labelled as (
      insert into sluice.history_labels (label, query_id)
      select hashtextextended(label.key || ':' || label.value, 0), query_id
      from counted cross join lateral jsonb_each_text(labels) label
      where state is not null and labels <> '{}'
      on conflict do nothing
    ),
    alike as materialized (
      select minute, lane, tenant, source, state, code, fingerprint, run_ms is not null as ran,
        sum(submitted) as submitted, sum(claimed) as claimed, sum(interrupted) as interrupted, sum(reaped) as reaped,
        count(*) as queries, sum(rows) as rows, sum(raw_bytes) as raw_bytes,
        coalesce(sum(wait_ms), 0) as wait_ms, coalesce(sum(run_ms), 0) as run_ms, max(run_ms) as longest_run_ms,
        (array_agg(query_id))[1] as query_id,
        sluice.histogram_of(array_agg(wait_ms)) as waits, sluice.histogram_of(array_agg(run_ms)) as runs
      from counted group by 1, 2, 3, 4, 5, 6, 7, 8
    ),
    by_minute as (
      insert into sluice.statistics_minutes as known (
        minute, lane, submitted, claimed, succeeded, failed, canceled, timed_out, rows, raw_bytes, wait_ms, run_ms,
        waits, runs)
      select minute, lane, sum(submitted), sum(claimed),
        coalesce(sum(queries) filter (where state = 'succeeded'), 0),
        coalesce(sum(queries) filter (where state = 'failed'), 0),
        coalesce(sum(queries) filter (where state = 'canceled'), 0),
        coalesce(sum(queries) filter (where state = 'timed_out'), 0),
        sum(rows), sum(raw_bytes), sum(wait_ms), sum(run_ms), sluice.sum_counts(waits), sluice.sum_counts(runs)
      from alike group by minute, lane
      on conflict (minute, lane) do update set
        submitted = known.submitted + excluded.submitted, claimed = known.claimed + excluded.claimed,
        succeeded = known.succeeded + excluded.succeeded, failed = known.failed + excluded.failed,
        canceled = known.canceled + excluded.canceled, timed_out = known.timed_out + excluded.timed_out,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes,
        wait_ms = known.wait_ms + excluded.wait_ms, run_ms = known.run_ms + excluded.run_ms,
        waits = sluice.add_counts(known.waits, excluded.waits), runs = sluice.add_counts(known.runs, excluded.runs)
    ),
    in_total as (
      insert into sluice.statistics_totals as known (
        lane, submitted, claimed, interrupted, reaped, rows, raw_bytes, wait_ms, run_ms, waits, runs)
      select lane, sum(submitted), sum(claimed), sum(interrupted), sum(reaped),
        sum(rows), sum(raw_bytes), sum(wait_ms), sum(run_ms), sluice.sum_counts(waits), sluice.sum_counts(runs)
      from alike group by lane
      on conflict (lane) do update set
        submitted = known.submitted + excluded.submitted, claimed = known.claimed + excluded.claimed,
        interrupted = known.interrupted + excluded.interrupted, reaped = known.reaped + excluded.reaped,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes,
        wait_ms = known.wait_ms + excluded.wait_ms, run_ms = known.run_ms + excluded.run_ms,
        waits = sluice.add_counts(known.waits, excluded.waits), runs = sluice.add_counts(known.runs, excluded.runs)
    ),
    by_outcome as (
      insert into sluice.statistics_outcomes as known (lane, state, code, queries)
      select lane, state, coalesce(code, ''), sum(queries)
      from alike where state is not null group by 1, 2, 3
      on conflict (lane, state, code) do update set queries = known.queries + excluded.queries
    ),
    by_statement as (
      insert into sluice.statistics_statements as known (
        hour, fingerprint, last_query_id, queries, not_succeeded, rows, raw_bytes, run_ms, longest_run_ms, runs)
      select date_trunc('hour', minute), fingerprint, (array_agg(query_id))[1], sum(queries),
        coalesce(sum(queries) filter (where state <> 'succeeded'), 0), sum(rows), sum(raw_bytes), sum(run_ms),
        max(longest_run_ms), sluice.sum_counts(runs)
      from alike where ran group by 1, 2
      on conflict (hour, fingerprint) do update set
        last_query_id = excluded.last_query_id,
        queries = known.queries + excluded.queries, not_succeeded = known.not_succeeded + excluded.not_succeeded,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes,
        run_ms = known.run_ms + excluded.run_ms, longest_run_ms = greatest(known.longest_run_ms, excluded.longest_run_ms),
        runs = sluice.add_counts(known.runs, excluded.runs)
    ),
    by_use as (
      insert into sluice.statistics_usage as known (day, tenant, lane, source, label, queries, run_ms, rows, raw_bytes)
      select (minute at time zone 'UTC')::date, tenant, lane, source, label, sum(queries), sum(run_ms), sum(rows),
        sum(raw_bytes)
      from (
        select minute, tenant, lane, source, '' as label, queries, run_ms, rows, raw_bytes from alike
        where state is not null
        union all
        select minute, tenant, lane, source, label, 1, coalesce(run_ms, 0), rows, raw_bytes
        from counted
        cross join lateral (
          -- Cut to what an entry of an index can hold.
          select distinct left(key || ':' || value, 500) as label from jsonb_each_text(labels)
        ) each
        where state is not null and labels <> '{}'
      ) used
      group by 1, 2, 3, 4, 5
      on conflict (day, tenant, lane, source, label) do update set
        queries = known.queries + excluded.queries, run_ms = known.run_ms + excluded.run_ms,
        rows = known.rows + excluded.rows, raw_bytes = known.raw_bytes + excluded.raw_bytes
    ),
    seen_again as materialized (
      select distinct statement_id, fingerprint from counted where last_seen_on < today
    ),
    texts_seen as (
      update sluice.statements set last_seen_on = today where id in (select statement_id from seen_again)
    ),
    shapes_seen as (
      update sluice.fingerprints set last_seen_on = today where fingerprint in (select fingerprint from seen_again)
    )
    select
      max(minute),
      (
        select jsonb_agg(jsonb_build_object('digest', digest::text, 'query_id', id, 'sql', left(sql, 20000)))
        from (
          select distinct on (hashed.digest, queries.sql) hashed.digest, queries.id, queries.sql
          from unknown
          join sluice.queries on queries.id = unknown.query_id
          cross join lateral (select hashtextextended(queries.sql, 0) as digest) hashed
        ) text
      )
    into newest, unknown_texts
    from event;
  exception when unique_violation then
    -- Told already, by hand or before a restore. That is so rare that it is not looked for.
    delete from sluice.history
    where query_id in (
      select query_id from unnest(in_ids) numbers
      join sluice.query_events on id >= lower(numbers) and id < upper(numbers)
    );
    if not found then
      raise;
    end if;
    return sluice.count_events(in_seen, in_missing, in_writers, in_ids, in_began, whole, '[]');
  end;
  if unknown_texts is not null then
    return unknown_texts;
  end if;

  update sluice.statistics_state
  set seen = in_seen, missing = in_missing, writers = in_writers, rolled_up_at = clock_timestamp(),
      counted_until = greatest(counted_until, case when whole then in_began else newest end);
  return null;
end
$$;
comment on function sluice.count_events(bigint, int8multirange, text[], int8multirange, timestamptz, boolean, jsonb) is
  'Adds the events that next_events() read to the statistics, with the shapes of texts that they did not know: [{digest, query_id, fingerprint, normalized}]. Returns null; or, if it meets texts that are not known, those as [{digest, query_id, sql}] and has written nothing: call it again with their shapes. `whole`: there were no more.';
