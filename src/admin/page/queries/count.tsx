import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type ApiError } from '../api/client.ts'
import { formatCount } from '../formats/numbers.ts'
import { searchOf, type QueryFilter } from './queryFilter.ts'

const rereadSeconds = 15
/** As far as the server counts. */
const mostCounted = 10_000

interface Counted {
  count: number
  complete: boolean
  /** Answers that it took. */
  parts: number
}

/** How many queries match, as far as it is counted. */
export function Count({ filter }: { filter: QueryFilter }) {
  const client = useQueryClient()
  const key = ['GET /v1/queries/count', filter]
  const { data, isFetching } = useQuery<Counted, ApiError>({
    queryKey: key,
    queryFn: ({ signal }) =>
      countAll(filter, signal, (soFar) =>
        client.setQueryData<Counted>(key, (known) => ((known?.parts ?? 0) < soFar.parts ? soFar : known)),
      ),
    placeholderData: (before) => before,
    // What takes several answers is counted once.
    refetchInterval: ({ state }) => ((state.data?.parts ?? 1) > 1 ? false : rereadSeconds * 1000),
  })
  if (data === undefined) return null
  return (
    <span className="quiet number" role="status">
      {formatCount(data.count)}
      {!data.complete && (isFetching && data.count < mostCounted ? ' so far' : ' and more')}
    </span>
  )
}

async function countAll(filter: QueryFilter, signal: AbortSignal, onPart: (soFar: Counted) => void): Promise<Counted> {
  const query = searchOf(filter)
  const counted: Counted = { count: 0, complete: false, parts: 0 }
  for (let cursor: string | undefined; ;) {
    const part = await call('GET /v1/queries/count', { query: { ...query, cursor } }, signal, rereadSeconds)
    counted.count += part.count
    counted.complete = part.complete
    counted.parts++
    if (counted.count > mostCounted) return { ...counted, count: mostCounted, complete: false }
    if (part.cursor === null || counted.count === mostCounted) return counted
    cursor = part.cursor
    onPart({ ...counted })
  }
}
