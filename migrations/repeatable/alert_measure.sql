create or replace function sluice.alert_measure(
  measure text, window_seconds integer, least_samples integer, at timestamptz)
returns table (subject text, value double precision)
language plpgsql stable as $$
#variable_conflict use_column
begin
  case measure
    when 'failure_rate' then
      -- Statistics come by the minute; the one that is under way counts with what it has.
      return query
        select lane, sum(failed + timed_out)::double precision / sum(succeeded + failed + timed_out)::double precision
        from sluice.throughput
        where minute > alert_measure.at - make_interval(secs => alert_measure.window_seconds) and minute <= alert_measure.at
        group by lane
        having sum(succeeded + failed + timed_out) >= alert_measure.least_samples;
    when 'queue_depth' then
      return query select lane, waiting::double precision from sluice.lanes_live;
    when 'oldest_wait_seconds' then
      return query select lane, oldest_wait_seconds from sluice.lanes_live;
    when 'workers' then
      return query select ''::text, count(*)::double precision from sluice.workers_live where status = 'alive';
    when 'store_latency_seconds' then
      return query
        select 'postgresql'::text, store_latency_seconds from sluice.beat where store_latency_seconds is not null
        union all
        select 's3'::text, max((stats ->> 's3_latency_seconds')::double precision)
        from sluice.workers
        join sluice.workers_live on workers_live.id = workers.id and status in ('alive', 'draining')
        where stats ->> 's3_latency_seconds' is not null
        having count(*) > 0;
    when 'storage_bytes' then
      return query select ''::text, pg_database_size(current_database())::double precision;
    when 'corrupt_chunks' then
      return query
        select ''::text, count(*)::double precision from sluice.corrupt_chunks
        where last_seen_at > alert_measure.at - make_interval(secs => alert_measure.window_seconds);
    when 'beat_age_seconds' then
      return query
        select ''::text, extract(epoch from alert_measure.at - ticked_at)::double precision
        from sluice.beat where ticked_at is not null;
    when 'failed_fires' then
      return query
        select schedule, count(*)::double precision
        from (
          select schedule from sluice.fires
          where outcome = 'refused'
            and decided_at > alert_measure.at - make_interval(secs => alert_measure.window_seconds)
          union all
          select schedule from sluice.fires
          where query_state in ('failed', 'timed_out')
            and finished_at > alert_measure.at - make_interval(secs => alert_measure.window_seconds)
        ) failed
        group by schedule;
    when 'broken_schedules' then
      return query select name, 1::double precision from sluice.schedules where problem is not null and not paused;
  end case;
end
$$;
comment on function sluice.alert_measure(text, integer, integer, timestamptz) is
  'What alert rules look at: failure_rate (by lane, of the queries that succeeded, failed or timed out), queue_depth and oldest_wait_seconds (by lane), workers (alive), store_latency_seconds (by store: postgresql, s3), storage_bytes (of the control database), corrupt_chunks (of results, that readers found within the window), beat_age_seconds (since the last tick), failed_fires (by schedule: refused, or whose query failed or timed out, within the window), broken_schedules (1 for each whose times cannot be told).';
