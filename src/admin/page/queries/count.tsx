import { useRead } from '../api/hooks.ts'
import { formatCount } from '../formats/numbers.ts'
import { searchOf, type QueryFilter } from './queryFilter.ts'

const rereadMs = 15_000

/** How many queries match, as far as it is counted. */
export function Count({ filter }: { filter: QueryFilter }) {
  const { data } = useRead(
    'GET /v1/queries/count',
    { query: searchOf(filter) },
    { refetchInterval: rereadMs, placeholderData: (before) => before },
  )
  if (data === undefined) return null
  return (
    <span className="quiet number" role="status">
      {formatCount(data.count)}
      {!data.complete && ' and more'}
    </span>
  )
}
