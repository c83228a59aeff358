import { softTimeout } from '../../queries/softLimit.ts'
import { recentQueries, sqlCheck, type Check } from '../check.ts'

const advice =
  'Sluice itself never leaves this behind. Keep the rows for a bug report; then cancel the query and submit it again.'

/** Invariant 1: nothing acknowledged is lost. */
export const nothingLost: Check[] = [
  sqlCheck(
    {
      name: 'queue_matches_states',
      invariant: 1,
      level: 'error',
      holds: 'A query waits exactly if it has a row in sluice.queue, which says the same of it.',
      advice,
    },
    `
    select id as subject, 'is queued, but has no row in sluice.queue' as detail
    from sluice.queries
    where state = 'queued' and not exists (select from sluice.queue where query_id = id)
    union all
    select query_id, case
      when queries.id is null then 'is in sluice.queue, but there is no such query'
      when state <> 'queued' then 'is in sluice.queue, but its state is ' || state
      else 'is in sluice.queue under another lane, tenant, source, priority or place'
      end
    from sluice.queue left join sluice.queries on queries.id = query_id
    where state is distinct from 'queued'
      or (queue.lane, queue.tenant, queue.source, queue.priority, queue.queue_order)
        is distinct from (queries.lane, queries.tenant, queries.source, queries.priority, queries.queue_order)`,
  ),
  sqlCheck(
    {
      name: 'leases_match_states',
      invariant: 1,
      level: 'error',
      holds: 'A query runs exactly if it has a row in sluice.leases with its token and its worker.',
      advice,
    },
    `
    select id as subject, format('is %s, but has no lease with its token and worker', state) as detail
    from sluice.queries
    where state in ('running', 'canceling') and not exists (
      select from sluice.leases
      where query_id = id and token = lease_token and leases.worker_id = queries.worker_id
        and (leases.lane, leases.tenant, leases.source) = (queries.lane, queries.tenant, queries.source))
    union all
    select query_id, coalesce('is leased, but its state is ' || state, 'is leased, but there is no such query')
    from sluice.leases left join sluice.queries on id = query_id
    where state is null or state not in ('running', 'canceling')`,
  ),
  sqlCheck(
    {
      name: 'events_match_states',
      invariant: 1,
      level: 'error',
      holds: 'The last event of a query names its state, and it was claimed as often as attempt says.',
      advice,
    },
    `
    select id as subject,
      format('is %s after %s claims; its events end with %s after %s', state, attempt, coalesce(last, 'nothing'), claims)
      as detail
    from ${recentQueries} queries
    cross join lateral (
      select (array_agg(query_events.state order by query_events.id desc))[1] as last,
        count(*) filter (where query_events.state = 'running' and reason is distinct from '${softTimeout}') as claims
      from sluice.query_events where query_id = queries.id
    ) events
    where last is distinct from state or claims <> attempt`,
    ({ since }) => [since],
  ),
  sqlCheck(
    {
      name: 'idempotency_keys_name_queries',
      invariant: 1,
      level: 'error',
      holds: 'Every idempotency key that is kept names a query of its tenant.',
      advice,
    },
    `
    select key as subject, format('of tenant %s names query %s, which is not there', keys.tenant, query_id) as detail
    from sluice.idempotency_keys keys
    left join sluice.queries on queries.id = query_id and queries.tenant = keys.tenant
    where queries.id is null`,
  ),
]

/** What holds besides once faults are healed and everything that was submitted has had its time. */
export const everythingEnded: Check = sqlCheck(
  {
    name: 'everything_ended',
    invariant: 1,
    level: 'error',
    holds: 'After healing and draining every query is in a terminal state.',
    advice,
  },
  `
  select id as subject, format('is %s since %s', state, coalesce(started_at, submitted_at)) as detail
  from sluice.queries where state in ('queued', 'running', 'canceling')`,
)
