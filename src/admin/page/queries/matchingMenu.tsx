import { CircleStop, ListChecks } from 'lucide-react'
import { useAct } from '../api/hooks.ts'
import { plural } from '../formats/numbers.ts'
import { useAction } from '../parts/action.ts'
import { Menu } from '../parts/menu.tsx'
import { describe, searchOf, type QueryFilter } from './queryFilter.ts'

/** What can be done to all queries that match, not only to those in view. */
export function MatchingMenu({ filter }: { filter: QueryFilter }) {
  const cancel = useAction(useAct('POST /v1/queries/cancel', ['GET /v1/queries']))
  const input = { query: searchOf(filter) }
  return (
    <Menu label="All that match" icon={ListChecks}>
      <li>
        <button
          type="button"
          onClick={() =>
            void cancel(input, ({ canceled }) => `${plural(canceled, 'query', 'queries')} canceled`, {
              title: 'Cancel all that match?',
              text: `Every query that waits or runs is canceled, not only those in view: ${describe(filter)}.`,
              verb: 'Cancel all that match',
              danger: true,
            })
          }
        >
          <CircleStop aria-hidden /> Cancel …
        </button>
      </li>
    </Menu>
  )
}
