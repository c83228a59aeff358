import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { call, type ApiError } from '../api/client.ts'
import { useQueryEvents, type LiveMeta, type QueryEvent } from '../api/live.ts'
import type { Query } from '../api/types.generated.ts'
import { isTerminal } from '../parts/stateBadge.tsx'

const waitSeconds = '20'

/** A query that is read again as it goes on, and shown ended the moment that it has. */
export function useFollowedQuery(id: string): UseQueryResult<Query, ApiError> {
  const client = useQueryClient()
  const key = useMemo(() => ['GET /v1/queries/{id}', id], [id])
  const query = useQuery<Query, ApiError>({
    queryKey: key,
    queryFn: ({ signal }) => call('GET /v1/queries/{id}', { params: { id } }, signal),
    meta: { live: 'events', about: id, progress: true } satisfies LiveMeta,
  })
  const isOpen = query.data !== undefined && !isTerminal(query.data.state)

  // Held by the server until the query ends, then asked again if it has not.
  useQuery({
    queryKey: ['end of query', id],
    queryFn: async ({ signal }) => {
      const ended = await call('GET /v1/queries/{id}', { params: { id }, query: { wait: waitSeconds } }, signal)
      client.setQueryData(key, ended)
      return ended
    },
    enabled: isOpen,
    refetchInterval: 1,
    gcTime: 0,
  })

  useQueryEvents(
    useCallback(
      ({ query_id: about, progress }: QueryEvent) => {
        if (about !== id || progress === undefined) return
        // It was not read anew by that.
        const updatedAt = client.getQueryState(key)?.dataUpdatedAt
        client.setQueryData<Query>(
          key,
          (known) => (known && !isTerminal(known.state) ? { ...known, progress } : known),
          updatedAt === undefined ? {} : { updatedAt },
        )
      },
      [client, key, id],
    ),
  )
  return query
}
