import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { call, type ApiError } from '../api/client.ts'
import { useQueryEvents, type LiveMeta, type QueryEvent } from '../api/live.ts'
import type { Query, QueryList } from '../api/types.generated.ts'
import { applyEvent, mergeHead, type QueryPages } from './mergeQueries.ts'
import { searchOf, type QueryFilter } from './queryFilter.ts'

const pageSize = 100

/** A list of queries that is live: rows change where they stand, new ones come in at the top. */
export interface QueryListState {
  queries: Query[]
  error: ApiError | null
  /** Nothing has been read for this filter yet; what is shown belongs to the one before. */
  isLoading: boolean
  hasMore: boolean
  loadMore: () => void
}

export function useQueryList(filter: QueryFilter): QueryListState {
  const client = useQueryClient()
  const key = useMemo(() => ['GET /v1/queries', 'pages', filter], [filter])
  const list = useInfiniteQuery<QueryList, ApiError, QueryPages, typeof key, string | undefined>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => readPage(filter, pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.cursor ?? undefined,
    // Kept up to date by its head and by events; reading every page again would cost too much.
    staleTime: Infinity,
    gcTime: 0,
    placeholderData: (before) => before,
  })

  const head = useQuery<QueryList, ApiError>({
    queryKey: ['GET /v1/queries', 'head', filter],
    queryFn: ({ signal }) => readPage(filter, undefined, signal),
    enabled: list.isSuccess && !list.isPlaceholderData,
    meta: { live: 'events' } satisfies LiveMeta,
    gcTime: 0,
  })
  useEffect(() => {
    if (head.data === undefined) return
    const fresh = head.data
    client.setQueryData<QueryPages>(key, (pages) => pages && mergeHead(pages, fresh))
  }, [client, key, head.data])

  useQueryEvents(
    useCallback(
      (event: QueryEvent) => client.setQueryData<QueryPages>(key, (pages) => pages && applyEvent(pages, event)),
      [client, key],
    ),
  )

  const queries = useMemo(() => list.data?.pages.flatMap((page) => page.queries) ?? [], [list.data])
  const { fetchNextPage, hasNextPage, isFetching } = list
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetching])
  return {
    queries,
    error: list.error ?? head.error,
    isLoading: list.isPending || list.isPlaceholderData,
    hasMore: hasNextPage,
    loadMore,
  }
}

async function readPage(filter: QueryFilter, cursor: string | undefined, signal: AbortSignal): Promise<QueryList> {
  return await call('GET /v1/queries', { query: { ...searchOf(filter), limit: pageSize, cursor } }, signal)
}
