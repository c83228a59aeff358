import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError, isAboutServer } from './client.ts'

const mostRetries = 2

/** Keeps what was read of the API. A login that has ended makes it ask who is there, which shows the login form. */
export function createReadings(): QueryClient {
  const onError = (error: Error, [route]: readonly unknown[] = []): void => {
    const isAboutLogin = route === 'GET /v1/session' || route === 'POST /v1/session'
    if (!isAboutLogin && error instanceof ApiError && error.problem?.code === 'unauthorized') {
      void client.resetQueries({ queryKey: ['GET /v1/session'] })
    }
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: (error, { queryKey }) => onError(error, queryKey) }),
    mutationCache: new MutationCache({
      onError: (error, _input, _result, { options }) => onError(error, options.mutationKey),
    }),
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        retry: (failures, error) => failures < mostRetries && isAboutServer(error),
      },
    },
  })
  return client
}
