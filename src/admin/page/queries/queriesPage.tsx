import './queriesPage.css'
import { ListTree, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { Empty } from '../parts/empty.tsx'
import { Skeleton } from '../parts/loading.tsx'
import { ProblemNote } from '../parts/note.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { formatTime } from '../formats/times.ts'
import { useSession } from '../shell/session.ts'
import { FilterBar } from './filterBar.tsx'
import { Count } from './count.tsx'
import { MatchingMenu } from './matchingMenu.tsx'
import { isEmpty, useQueryFilter } from './queryFilter.ts'
import { QueryTable } from './queryTable.tsx'
import { SelectionBar } from './selectionBar.tsx'
import { useQueryList } from './useQueryList.ts'

const nothing: ReadonlySet<string> = new Set()

/** Every query, searchable, live. */
export default function QueriesPage() {
  const [filter, changeFilter] = useQueryFilter()
  const list = useQueryList(filter)
  const [selected, setSelected] = useState(nothing)
  const { read_only: readOnly } = useSession()
  const { searchedUntil } = list
  const isNothing = !list.isLoading && list.queries.length === 0
  return (
    <div className="queries-page">
      <PageHead title="Queries" beside={<Count filter={filter} />}>
        {!readOnly && (
          <Link href="/sql" className="button primary">
            <Plus aria-hidden /> New query
          </Link>
        )}
      </PageHead>
      <FilterBar
        filter={filter}
        onChange={(change) => {
          setSelected(nothing)
          changeFilter(change)
        }}
      >
        <MatchingMenu filter={filter} />
      </FilterBar>
      {selected.size > 0 && (
        <SelectionBar queries={list.queries} selected={selected} onDone={() => setSelected(nothing)} />
      )}
      {list.error !== null && <ProblemNote error={list.error} />}
      {searchedUntil !== undefined && (
        <div className="quiet" role="status">
          Searched back to {formatTime(searchedUntil)}, and on …
        </div>
      )}
      {list.queries.length > 0 && (
        <QueryTable
          queries={list.queries}
          hasMore={list.hasMore}
          onEnd={list.loadMore}
          selected={selected}
          onSelect={readOnly ? undefined : setSelected}
        />
      )}
      {list.isLoading && list.queries.length === 0 && list.error === null && <Skeleton lines={8} />}
      {isNothing && searchedUntil === undefined && list.error === null && (
        <Empty icon={ListTree} title={isEmpty(filter) ? 'No query yet' : 'No query matches'}>
          {isEmpty(filter) ? <Link href="/sql">Write the first one</Link> : 'Take something out of the filter.'}
        </Empty>
      )}
    </div>
  )
}
