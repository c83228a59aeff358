import type { InfiniteData } from '@tanstack/react-query'
import type { QueryEvent } from '../api/live.ts'
import type { Query, QueryList } from '../api/types.generated.ts'
import { isTerminal } from '../parts/stateBadge.tsx'

export type QueryPages = InfiniteData<QueryList, string | undefined>

/**
 * Puts the first page, read again, in front of what was loaded before: new queries come in,
 * those that it reaches are as it has them, also when they are gone from it; older ones stay.
 */
export function mergeHead(pages: QueryPages, head: QueryList): QueryPages {
  const rest = pages.pages.flatMap(({ queries }) => queries).filter(({ id }) => !reaches(head, id))
  const last = pages.pages.at(-1)
  if (head.cursor === null || last === undefined || (rest.length === 0 && !searchedFurther(last, head))) {
    return { pages: [head], pageParams: [undefined] }
  }
  return { pages: [head, { ...last, queries: rest }], pageParams: [undefined, head.cursor] }
}

/** Whether a query would be on a page if it matched. */
function reaches({ queries, searched_until: until }: QueryList, id: string): boolean {
  if (until !== null) return timeOfId(id) >= Date.parse(until)
  return id >= (queries.at(-1)?.id ?? '')
}

/** Whether the search for a page went further back than one that paused. */
function searchedFurther(page: QueryList, paused: QueryList): boolean {
  if (paused.searched_until === null) return false
  return page.cursor === null || (page.searched_until !== null && page.searched_until < paused.searched_until)
}

/** Ids begin with the millisecond in which they were made. */
function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** The pages with what an event says of one query; the same object if it is not among them. */
export function applyEvent(pages: QueryPages, event: QueryEvent): QueryPages {
  if (!pages.pages.some(({ queries }) => queries.some(({ id }) => id === event.query_id))) return pages
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      queries: page.queries.map((query) => (query.id === event.query_id ? withEvent(query, event) : query)),
    })),
  }
}

function withEvent(query: Query, event: QueryEvent): Query {
  // An event may come after a reading that knew more.
  if (isTerminal(query.state)) return query
  if (event.progress !== undefined) return { ...query, progress: event.progress }
  return {
    ...query,
    state: event.state,
    attempt: event.attempt,
    worker: event.worker,
    started_at: event.state === 'running' ? event.at : event.state === 'queued' ? null : query.started_at,
    finished_at: isTerminal(event.state) ? event.at : null,
  }
}
