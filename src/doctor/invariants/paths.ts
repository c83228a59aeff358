import { softTimeout } from '../../queries/softLimit.ts'
import { transitions } from '../../queries/states.ts'
import { recentQueries, sqlCheck, type Check } from '../check.ts'

const advice = 'Sluice itself never does this. Keep the rows of sluice.query_events for a bug report.'

/** States that may follow each state, and `new`, as the checks get them. */
const graph = JSON.stringify({ new: ['queued'], ...transitions })

/** Invariant 2: the events of a query form a path of the state graph; one attempt wins; nothing stale was written. */
export const paths: Check[] = [
  sqlCheck(
    {
      name: 'events_follow_the_graph',
      invariant: 2,
      level: 'error',
      holds: 'The events of a query form a path of the state graph, which ends with a terminal state.',
      advice,
    },
    `
    select subject, detail from (
      select query_id as subject, format('went from %s to %s', before, state) as detail, before, state
      from (
        select query_id, query_events.state,
          coalesce(lag(query_events.state) over (partition by query_id order by query_events.id), 'new') as before
        from ${recentQueries} queries join sluice.query_events on query_id = queries.id
        where query_events.reason is distinct from '${softTimeout}'
      ) steps
    ) transitions
    where not ($2::jsonb -> before) ? state`,
    ({ since }) => [since, graph],
  ),
  sqlCheck(
    {
      name: 'tokens_are_unique',
      invariant: 2,
      level: 'error',
      holds: 'No two queries show the same lease token.',
      advice,
    },
    `
    select string_agg(id::text, ', ') as subject, format('share lease token %s', lease_token) as detail
    from ${recentQueries} queries where lease_token is not null
    group by lease_token having count(*) > 1`,
    ({ since }) => [since],
  ),
  sqlCheck(
    {
      name: 'results_are_of_the_winner',
      invariant: 2,
      level: 'error',
      holds: 'A result was written under the lease token that its query holds: that of the attempt that won, or runs.',
      advice,
    },
    `
    select query_id as subject, format('has a result under token %s, but its own is %s', token, coalesce(lease_token::text, 'none'))
      as detail
    from ${recentQueries} queries join sluice.results on query_id = queries.id
    where token is distinct from lease_token
    union all
    select query_id, format('is %s, but has a result that is %s', state, case when complete then 'complete' else 'growing' end)
    from ${recentQueries} queries join sluice.results on query_id = queries.id
    where case when complete then state <> 'succeeded' else state not in ('running', 'canceling') end`,
    ({ since }) => [since],
  ),
]
