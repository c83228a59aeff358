import { inRange, oneOf, queryConditions, type IdRange, type Parameter, type QueryFilter } from './filter.ts'
import { isTerminal, states } from './states.ts'

/** Makes the newest rows of a part come first, or nothing if all are wanted. */
export type Page = (id: string) => string

/** Whether the filter may find queries that have ended. */
export function endedWanted(filter: QueryFilter): boolean {
  return (filter.states ?? states).some(isTerminal)
}

/** Whether the filter may find queries that wait. */
export function waitingWanted(filter: QueryFilter): boolean {
  return (filter.states ?? states).includes('queued')
}

// Without the offset the planner would be free to begin with the conditions on the query.
function lookedUp(by: string): string {
  return `cross join lateral (select * from sluice.queries where queries.id = ${by}.query_id offset 0) queries`
}

/** Statements for the ids of queries that have not ended: they are found by the queue and the leases. */
export function liveParts(
  tenant: string,
  filter: QueryFilter,
  range: IdRange,
  parameter: Parameter,
  page: Page,
): string[] {
  const wanted = filter.states ?? states
  const part = (table: string, conditions: string[]): string => `
    select live.query_id as id
    from (select query_id from sluice.${table} ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}) live
    ${lookedUp('live')}
    where ${queryConditions(tenant, filter, range, parameter)} ${page('live.query_id')}`
  const inQueue = (): string[] => [
    ...oneOf('lane', filter.lanes, parameter),
    ...oneOf('source', filter.sources, parameter),
    ...inRange('query_id', range, parameter),
  ]
  return [
    ...(wanted.includes('queued') ? [part('queue', inQueue())] : []),
    ...(wanted.includes('running') || wanted.includes('canceling')
      ? [part('leases', inRange('query_id', range, parameter))]
      : []),
  ]
}

/** Statement for the ids of ended queries that sluice.history does not know yet: found by their last event. */
export function uncountedPart(
  tenant: string,
  filter: QueryFilter,
  range: IdRange,
  parameter: Parameter,
  page: Page,
): string {
  const ended = `state in ('succeeded', 'failed', 'canceled', 'timed_out')`
  return `
    select queries.id
    from sluice.statistics_state counted
    cross join lateral (
      select query_id from sluice.query_events where id > counted.seen and ${ended}
      union all
      select late.query_id from unnest(counted.missing) gap
      cross join lateral (
        select query_id from sluice.query_events where id >= lower(gap) and id < upper(gap) and ${ended} offset 0
      ) late
    ) fresh
    ${lookedUp('fresh')}
    where ${queryConditions(tenant, filter, range, parameter)}
      and not exists (select from sluice.history where history.query_id = fresh.query_id)
    ${page('queries.id')}`
}
