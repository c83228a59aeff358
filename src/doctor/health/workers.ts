import { sqlCheck, type Check } from '../check.ts'

/** Workers that died, and queries that hang on one. */
export const workers: Check[] = [
  sqlCheck(
    {
      name: 'a_worker_lives',
      invariant: null,
      level: 'warning',
      holds: 'At least one worker lives.',
      advice: 'Start one: sluice worker',
    },
    `
    select 'workers' as subject, coalesce('the last was heard of at ' || max(heartbeat_at), 'there has never been one')
      as detail
    from sluice.workers
    having count(*) filter (where stopped_at is null and heartbeat_at > now() - interval '30 seconds') = 0`,
  ),
  sqlCheck(
    {
      name: 'dead_workers_are_reaped',
      invariant: null,
      level: 'error',
      holds: 'A worker that is silent for 30 seconds has been declared dead by another.',
      advice: 'Any worker that lives does so: start one. At once, from psql: select sluice.reap();',
    },
    `
    select id as subject, format('process %s on %s was last heard of at %s', pid, host, heartbeat_at) as detail
    from sluice.workers where stopped_at is null and heartbeat_at < now() - interval '30 seconds'`,
  ),
  sqlCheck(
    {
      name: 'runs_have_workers',
      invariant: null,
      level: 'error',
      holds: 'No query is held by a worker that stopped or died 30 seconds ago.',
      advice: 'Any worker that lives takes these away: start one. At once, from psql: select sluice.reap();',
    },
    `
    select query_id as subject, format('is held by worker %s, which ended at %s', worker_id, stopped_at) as detail
    from sluice.leases left join sluice.workers on id = worker_id
    where id is null or stopped_at < now() - interval '30 seconds'`,
  ),
  sqlCheck(
    {
      name: 'runs_keep_their_time',
      invariant: null,
      level: 'error',
      holds: 'No query runs for a minute longer than its timeout_seconds.',
      advice: 'Cancel it: sluice cancel <id>. If that does not help, stop its worker; another takes its queries.',
    },
    `
    select id as subject, format('runs since %s with a limit of %s s, on worker %s', started_at, timeout_seconds, leases.worker_id)
      as detail
    from sluice.leases join sluice.queries on id = query_id
    where started_at < now() - make_interval(secs => timeout_seconds + 60)`,
  ),
  sqlCheck(
    {
      name: 'cancels_take_effect',
      invariant: 5,
      level: 'error',
      holds: 'No query is canceling for a minute.',
      advice:
        'Look for its statement at the source (application_name sluice:<id>:…) and end it there, then stop its worker.',
    },
    `
    select id as subject, format('is canceling since %s on worker %s', cancel_requested_at, queries.worker_id) as detail
    from sluice.leases join sluice.queries on id = query_id
    where state = 'canceling' and cancel_requested_at < now() - interval '1 minute'`,
  ),
]
