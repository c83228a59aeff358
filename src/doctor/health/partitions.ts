import { sqlCheck, type Check } from '../check.ts'

const maintenanceAdvice =
  'Maintenance does this every ten minutes on any worker: start one and look at its log. At once, from psql: '

/** Partitions of results, and the maintenance that sees to them. */
export const partitions: Check[] = [
  sqlCheck(
    {
      name: 'partitions_are_made_ahead',
      invariant: null,
      level: 'error',
      holds: 'There is a partition for every day on which a result of now can expire.',
      advice: `${maintenanceAdvice}select sluice.create_chunk_partitions();`,
    },
    `
    select day as subject, 'has no partition of sluice.chunks; results that would go there cannot be stored' as detail
    from (
      select (now() at time zone 'UTC')::date + n as day
      from generate_series(0, (
        select ceil((coalesce(max(max_ttl_seconds), 0)::bigint + coalesce(max(max_timeout_seconds), 0)) / 86400.0)::integer
        from sluice.lanes)) n
    ) days
    where to_regclass('sluice.chunks_' || to_char(day, 'YYYYMMDD')) is null`,
  ),
  sqlCheck(
    {
      name: 'old_partitions_are_dropped',
      invariant: 8,
      level: 'warning',
      holds: 'No partition is there a day after all of its results expired.',
      advice: `${maintenanceAdvice}select sluice.drop_expired_results();`,
    },
    `
    select relname as subject, format('has %s', pg_size_pretty(pg_total_relation_size(pg_class.oid))) as detail
    from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'sluice.chunks'::regclass
      and relname < 'chunks_' || to_char((now() at time zone 'UTC')::date - 1, 'YYYYMMDD')`,
  ),
  sqlCheck(
    {
      name: 'maintenance_runs',
      invariant: null,
      level: 'warning',
      holds: 'Maintenance was set going within the last 30 minutes.',
      advice: 'Workers run it: start one, and look at its log for sluice:maintain.',
    },
    `
    select identifier as subject, format('was set going at %s for the last time', coalesce(last_execution::text, 'no time')) as detail
    from graphile_worker._private_known_crontabs
    where identifier = 'sluice:maintain' and coalesce(last_execution, known_since) < now() - interval '30 minutes'`,
  ),
  sqlCheck(
    {
      name: 'maintenance_succeeds',
      invariant: null,
      level: 'error',
      holds: 'No job of maintenance has failed since it last succeeded.',
      advice: 'It is tried again by itself. Look at the error, and at the logs of the workers for the name of the job.',
    },
    `
    select task_identifier as subject,
      format('failed %s of %s times, at %s for the last time: %s', attempts, max_attempts, updated_at, left(last_error, 1000))
      as detail
    from graphile_worker.jobs
    where task_identifier like 'sluice:%' and task_identifier not like 'sluice:lane:%' and last_error is not null
    order by task_identifier, id`,
  ),
]
