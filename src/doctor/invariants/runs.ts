import { softTimeout } from '../../queries/softLimit.ts'
import { recentQueries, sqlCheck, type Check } from '../check.ts'

const advice = 'Sluice itself never does this. Keep the rows of sluice.query_events for a bug report.'

/** Invariants 4, 5 and 7: what may run, how often, and how it ends. */
export const runs: Check[] = [
  sqlCheck(
    {
      name: 'writes_run_once',
      invariant: 4,
      level: 'error',
      holds:
        'A statement of a source with writes: true is put back into the queue only by a worker that has not sent it.',
      advice: 'Look at the source: the statement may have taken effect twice. Keep the rows of sluice.query_events.',
    },
    `
    select queries.id as subject, format('was put back (%s) at %s', string_agg(reason, ', '), max(at)) as detail
    from ${recentQueries} queries
    join sluice.sources on name = queries.source and writes and updated_at <= submitted_at
    join sluice.query_events on query_id = queries.id
    where query_events.state = 'queued' and query_events.attempt > 0 and reason is distinct from 'interrupted'
    group by queries.id`,
    ({ since }) => [since],
  ),
  sqlCheck(
    {
      name: 'cancel_or_completion',
      invariant: 5,
      level: 'error',
      holds:
        'A query whose cancel was accepted while it ran ends as canceled; one that ended otherwise was not canceled.',
      advice,
    },
    `
    select id as subject, format('is %s, but was canceling', state) as detail
    from ${recentQueries} queries
    where state not in ('canceling', 'canceled')
      and exists (select from sluice.query_events where query_id = queries.id and query_events.state = 'canceling')
    union all
    select id, 'is canceled, but nobody asked for it' from ${recentQueries} queries
    where state = 'canceled' and cancel_requested_at is null`,
    ({ since }) => [since],
  ),
  sqlCheck(
    {
      name: 'lanes_keep_their_limit',
      invariant: 7,
      level: 'warning',
      holds: 'No more queries of a lane run than its concurrency allows.',
      advice: 'Right after the limit was lowered this is in order, and passes as queries end. Otherwise it is a bug.',
    },
    `
    select lanes.name as subject, format('%s run, its concurrency is %s', count(*), concurrency) as detail
    from sluice.leases join sluice.lanes on lanes.name = leases.lane
    group by lanes.name, concurrency having count(*) > concurrency`,
  ),
]

/** Holds over all of the past only where nobody has changed a lane's concurrency. */
export const lanesKeptTheirLimit: Check = sqlCheck(
  {
    name: 'lanes_kept_their_limit',
    invariant: 7,
    level: 'error',
    holds: 'At no moment did more queries of a lane run than its concurrency allows.',
    advice,
  },
  `
  select lane as subject, format('%s ran at one time, its concurrency is %s', max(load), min(concurrency)) as detail
  from (
    select lane, concurrency, sum(change) over (partition by lane order by at, change, id) as load
    from (
      select queries.lane, lanes.concurrency, query_events.at, query_events.id,
        case
          when query_events.state = 'running' then 1
          when query_events.state <> 'canceling'
            and lag(query_events.state) over (partition by query_id order by query_events.id) in ('running', 'canceling')
            then -1
          else 0
        end as change
      from sluice.query_events
      join ${recentQueries} queries on queries.id = query_id
      join sluice.lanes on lanes.name = queries.lane
      where query_events.reason is distinct from '${softTimeout}'
    ) changes
  ) loads
  where load > concurrency
  group by lane`,
  ({ since }) => [since],
)
