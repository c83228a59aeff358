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
  const oldest = head.cursor === null ? '' : (head.queries.at(-1)?.id ?? '')
  const rest = pages.pages.flatMap(({ queries }) => queries).filter(({ id }) => id < oldest)
  const [cursor] = pages.pages.slice(-1).map((page) => page.cursor)
  if (head.cursor === null || rest.length === 0) return { pages: [head], pageParams: [undefined] }
  return {
    pages: [head, { queries: rest, cursor: cursor ?? null }],
    pageParams: [undefined, head.cursor],
  }
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
