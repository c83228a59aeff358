import { sqlCheck, type Check } from '../check.ts'

/** Sessions of Sluice's own processes on the control database. */
const ownSessions = `pg_stat_activity where datname = current_database() and application_name like 'sluice %'`

/** Invariant 8: nothing leaks. */
export const leaks: Check[] = [
  sqlCheck(
    {
      name: 'chunks_have_manifests',
      invariant: 8,
      level: 'error',
      holds: 'Every chunk belongs to a result, or to one that has expired and waits for its partition to be dropped.',
      advice: 'They take up space until their partition is dropped, no more. Keep the rows for a bug report.',
    },
    `
    select chunks.query_id as subject, format('%s chunks under token %s belong to no result', count(*), chunks.token) as detail
    from sluice.chunks
    left join sluice.results on results.query_id = chunks.query_id and results.token = chunks.token
    left join sluice.queries on queries.id = chunks.query_id
    where results.query_id is null
      and (state = 'succeeded' and finished_at + make_interval(secs => ttl_seconds) <= now()) is not true
    group by chunks.query_id, chunks.token`,
  ),
  sqlCheck(
    {
      name: 'tickets_have_workers',
      invariant: 8,
      level: 'warning',
      holds: 'A ticket that was taken is held by a worker that lives.',
      advice:
        'Tickets are only hints, so no query waits for these. Free them: select graphile_worker.force_unlock_workers(array[…]) with the holders named.',
    },
    `
    select jobs.id as subject, format('%s is held by %s since %s', task_identifier, locked_by, locked_at) as detail
    from graphile_worker.jobs
    where task_identifier like 'sluice:%' and locked_at < now() - interval '1 minute'
      and not exists (select from sluice.workers where pool_id = locked_by and stopped_at is null)`,
  ),
  sqlCheck(
    {
      name: 'tickets_are_alive',
      invariant: 8,
      level: 'warning',
      holds: 'No ticket has used up its attempts, and each is for a lane that is there.',
      advice:
        'Tickets are only hints, so no query waits for these. Look at last_error, then remove them: select graphile_worker.complete_jobs(array[…]) with their ids.',
    },
    `
    select jobs.id as subject,
      format('%s: %s', task_identifier, case when lanes.name is null then 'there is no such lane' else coalesce(last_error, 'no error') end)
      as detail
    from graphile_worker.jobs
    left join sluice.lanes on task_identifier = 'sluice:lane:' || lanes.name
    where task_identifier like 'sluice:lane:%' and locked_at is null and (lanes.name is null or attempts >= jobs.max_attempts)`,
  ),
  sqlCheck(
    {
      name: 'no_idle_transactions',
      invariant: 8,
      level: 'warning',
      holds: 'No session of Sluice sits idle in a transaction for a minute.',
      advice: 'It keeps locks and old row versions. End it: select pg_terminate_backend(…) with the process id named.',
    },
    `
    select pid as subject, format('%s is %s since %s', application_name, state, state_change) as detail
    from ${ownSessions} and state like 'idle in transaction%' and state_change < now() - interval '1 minute'`,
  ),
  sqlCheck(
    {
      name: 'no_forgotten_locks',
      invariant: 8,
      level: 'warning',
      holds: 'No session of Sluice keeps an advisory lock while it is idle.',
      advice: 'Others wait for it. End it: select pg_terminate_backend(…) with the process id named.',
    },
    `
    select pid as subject, format('%s is idle and holds an advisory lock', application_name) as detail
    from ${ownSessions} and state = 'idle' and state_change < now() - interval '1 minute'
      and exists (select from pg_locks where pg_locks.pid = pg_stat_activity.pid and locktype = 'advisory' and granted)`,
  ),
]
