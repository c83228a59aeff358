import { CircleStop, Download, ListChecks, RotateCcw } from 'lucide-react'
import { addressOf } from '../api/client.ts'
import { useAct } from '../api/hooks.ts'
import { formatCount, plural } from '../formats/numbers.ts'
import { useAction } from '../parts/action.ts'
import { Menu } from '../parts/menu.tsx'
import { useSession } from '../shell/session.ts'
import { describe, searchOf, type QueryFilter } from './queryFilter.ts'

const formats = { csv: 'CSV', ndjson: 'NDJSON' } as const
const nowText = (count: number): string =>
  count === 0 ? 'There is none now.' : count === 1 ? 'This is 1 now.' : `These are ${formatCount(count)} now.`
const queries = (count: number): string => plural(count, 'query', 'queries')

/** What can be done with all queries that match, not only with those in view. */
export function MatchingMenu({ filter }: { filter: QueryFilter }) {
  const { read_only: readOnly } = useSession()
  return (
    <Menu label="All that match" icon={ListChecks}>
      {!readOnly && <Actions filter={filter} />}
      {Object.entries(formats).map(([format, name]) => (
        <li key={format}>
          <a href={addressOf('/v1/queries/export', {}, { ...searchOf(filter), format })} download>
            <span className="row">
              <Download aria-hidden /> Export as {name}
            </span>
          </a>
        </li>
      ))}
    </Menu>
  )
}

function Actions({ filter }: { filter: QueryFilter }) {
  const cancelAct = useAct('POST /v1/queries/cancel', ['GET /v1/queries'])
  const retryAct = useAct('POST /v1/queries/retry', ['GET /v1/queries'])
  const [cancel, retry] = [useAction(cancelAct), useAction(retryAct)]
  const query = searchOf(filter)
  const count = { query: { ...query, dry_run: 'true' as const } }
  const cancelAll = async (): Promise<void> => {
    const found = await cancel(count)
    if (found === undefined) return
    await cancel({ query }, ({ canceled }) => `${queries(canceled)} canceled`, {
      title: 'Cancel all that match?',
      text: `Every query that waits or runs is canceled, not only those in view: ${describe(filter)}. ${nowText(found.matching)}`,
      verb: 'Cancel all that match',
      danger: true,
      idle: found.matching === 0,
    })
  }
  const retryAll = async (): Promise<void> => {
    const found = await retry(count)
    if (found === undefined) return
    await retry({ query }, ({ retried }) => `${queries(retried)} submitted again`, {
      title: 'Run again all that match?',
      text: `Every query that failed, timed out or was canceled, and was not run again yet, is submitted anew: ${describe(filter)}. ${nowText(found.matching)}`,
      verb: 'Run them again',
      danger: true,
      idle: found.matching === 0,
    })
  }
  return (
    <>
      <li>
        <button type="button" onClick={() => void cancelAll()}>
          <span className="row">
            <CircleStop aria-hidden /> Cancel …
          </span>
        </button>
      </li>
      <li>
        <button type="button" onClick={() => void retryAll()}>
          <span className="row">
            <RotateCcw aria-hidden /> Run again …
          </span>
        </button>
      </li>
    </>
  )
}
