import { useQueries } from '@tanstack/react-query'
import { addressOf, send } from '../api/client.ts'
import { parseExactly } from './exactJson.ts'

/** Rows that are fetched at a time. */
const windowRows = 200
const keptMs = 60_000

export interface Rows {
  /** A row, undefined while it is on its way. */
  row: (index: number) => readonly unknown[] | undefined
  error: Error | undefined
}

/**
 * The rows of a result from first to last (exclusive), fetched window by window as they come into view.
 *
 * @param total rows that there are; of a running query those that there are so far
 */
export function useRows(queryId: string, first: number, last: number, total: number, partial: boolean): Rows {
  const from = Math.floor(first / windowRows)
  const to = Math.ceil(Math.min(last, total) / windowRows)
  const numbers = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
  const windows = useQueries({
    queries: numbers.map((number) => {
      const offset = number * windowRows
      const limit = Math.min(windowRows, total - offset)
      return {
        queryKey: ['rows', queryId, offset, limit],
        queryFn: ({ signal }: { signal: AbortSignal }) => readWindow(queryId, offset, limit, partial, signal),
        staleTime: Infinity,
        gcTime: keptMs,
        placeholderData: (before: unknown[][] | undefined) => before,
      }
    }),
  })
  return {
    row: (index) => windows[Math.floor(index / windowRows) - from]?.data?.[index % windowRows],
    error: windows.find(({ error }) => error !== null)?.error ?? undefined,
  }
}

async function readWindow(
  id: string,
  offset: number,
  limit: number,
  partial: boolean,
  signal: AbortSignal,
): Promise<unknown[][]> {
  const address = addressOf(
    '/v1/queries/{id}/result',
    { id },
    { format: 'json', offset, limit, partial: partial || undefined },
  )
  const response = await send(address, { signal })
  return (parseExactly(await response.text()) as { rows: unknown[][] }).rows
}
