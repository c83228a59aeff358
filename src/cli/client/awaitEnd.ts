import { setTimeout as pause } from 'node:timers/promises'
import { isTerminal } from '../../queries/states.ts'
import type { ApiClient } from './apiClient.ts'
import { isPassing } from './apiErrors.ts'
import type { Query } from './apiTypes.ts'

/** How long a server may be away while its queries go on; a restart or a deploy takes less. */
const mostAwayMs = 120_000
const retryMs = [250, 500, 1000, 2000, 5000]
/** A server that is stopping answers at once; it is not asked more often than this. */
const leastBetweenMs = 250
const longestSliceSeconds = 30

/** What is reported while a query is awaited. */
export interface WaitListener {
  /** The query as it was last seen. */
  seen?: (query: Query) => void
  /** The server does not answer now; it is asked again. */
  away?: (error: unknown) => void
}

export interface WaitOptions extends WaitListener {
  /** Longest wait of one request, so that progress is seen in between; default: 30. */
  sliceSeconds?: number
  /** Give up waiting after so long; default: never. */
  limitSeconds?: number
  signal?: AbortSignal
}

/**
 * Waits until a query has ended, by long polls. A server that is away for a while is asked
 * again.
 *
 * @returns the query as it is then; still pending only if `limitSeconds` passed
 * @throws what the client throws, the signal's reason if aborted
 */
export async function awaitEnd(client: Pick<ApiClient, 'query'>, query: Query, options: WaitOptions): Promise<Query> {
  const { sliceSeconds = longestSliceSeconds, limitSeconds = Infinity, signal, seen, away } = options
  const deadline = performance.now() + limitSeconds * 1000
  let last = query
  let failures = 0
  let awaySince = 0
  while (!isTerminal(last.state)) {
    const askedAt = performance.now()
    const left = Math.ceil((deadline - askedAt) / 1000)
    if (left <= 0) break
    try {
      last = await client.query(query.id, Math.min(sliceSeconds, left), signal)
      failures = 0
      seen?.(last)
    } catch (error) {
      if (signal?.aborted || !isPassing(error)) throw error
      if (failures === 0) awaySince = askedAt
      if (performance.now() - awaySince > mostAwayMs) throw error
      away?.(error)
      await pause(retryMs[Math.min(failures++, retryMs.length - 1)], undefined, { signal })
      continue
    }
    const early = leastBetweenMs - (performance.now() - askedAt)
    if (early > 0 && !isTerminal(last.state)) await pause(early, undefined, { signal })
  }
  return last
}
