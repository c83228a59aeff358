import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
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
  /** While older queries are being looked through: how far back that has come. */
  searchedUntil: Date | undefined
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
  const pageCount = list.data?.pages.length
  useEffect(() => {
    if (head.data === undefined || pageCount === undefined) return
    const fresh = head.data
    client.setQueryData<QueryPages>(key, (pages) => pages && mergeHead(pages, fresh))
    // A page that came meanwhile was added to what was there when it was asked for.
  }, [client, key, head.data, pageCount])

  useQueryEvents(
    useCallback(
      (event: QueryEvent) => client.setQueryData<QueryPages>(key, (pages) => pages && applyEvent(pages, event)),
      [client, key],
    ),
  )

  const queries = useMemo(() => list.data?.pages.flatMap((page) => page.queries) ?? [], [list.data])
  const { fetchNextPage, hasNextPage, isFetching, isPlaceholderData, isError } = list
  const [wanted, setWanted] = useState({ filter, rows: pageSize })
  const loadMore = useCallback(() => {
    if (!hasNextPage || isFetching) return
    setWanted({ filter, rows: queries.length + pageSize })
    void fetchNextPage()
  }, [fetchNextPage, filter, hasNextPage, isFetching, queries.length])

  // A search that takes longer than a moment answers with what it has: it goes on until there is a page of rows.
  const until = isPlaceholderData ? undefined : list.data?.pages.at(-1)?.searched_until
  const rowsWanted = wanted.filter === filter ? wanted.rows : pageSize
  const isSearching = typeof until === 'string' && queries.length < rowsWanted && !isError
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage()
  }, [fetchNextPage, isFetching, isSearching])
  return {
    queries,
    error: list.error ?? head.error,
    isLoading: list.isPending || isPlaceholderData,
    hasMore: hasNextPage,
    loadMore,
    searchedUntil: isSearching ? new Date(until) : undefined,
  }
}

async function readPage(filter: QueryFilter, cursor: string | undefined, signal: AbortSignal): Promise<QueryList> {
  return await call('GET /v1/queries', { query: { ...searchOf(filter), limit: pageSize, cursor } }, signal)
}
