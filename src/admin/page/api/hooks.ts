import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { LiveMeta } from './live.ts'
import { call, type Answer, type ApiError, type Input, type Route } from './client.ts'

/** Options of a reading, without what the route decides. */
export type ReadOptions<R extends Route> = Omit<UseQueryOptions<Answer<R>, ApiError>, 'queryKey' | 'queryFn'>

/** Reads a route and keeps what it answered; equal readings share one request. */
export function useRead<R extends Route>(
  route: R,
  input: Input<R>,
  options: ReadOptions<R> = {},
): UseQueryResult<Answer<R>, ApiError> {
  return useQuery<Answer<R>, ApiError>({
    queryKey: [route, input],
    queryFn: ({ signal, meta }) => call(route, input, signal, (meta as LiveMeta | undefined)?.every),
    ...options,
  })
}

/**
 * An action: a route that changes something.
 *
 * @param changes routes whose readings are out of date after it
 */
export function useAct<R extends Route>(
  route: R,
  changes: readonly Route[],
): UseMutationResult<Answer<R>, ApiError, Input<R>> {
  const client = useQueryClient()
  return useMutation<Answer<R>, ApiError, Input<R>>({
    mutationKey: [route],
    mutationFn: (input) => call(route, input),
    onSettled: async () => {
      await Promise.all(changes.map((changed) => client.invalidateQueries({ queryKey: [changed] })))
    },
  })
}
