import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { Input } from '../api/client.ts'
import { states, type State } from '../parts/stateBadge.tsx'

/** What a list of queries is narrowed to, as it stands in the page's address. */
export interface QueryFilter {
  q: string
  state: State[]
  lane: string[]
  source: string[]
  label: string[]
}

const nothing: QueryFilter = { q: '', state: [], lane: [], source: [], label: [] }

/** The filter in the address, and how to change it. */
export function useQueryFilter(): [QueryFilter, (change: Partial<QueryFilter>) => void] {
  const [search, setSearch] = useSearchParams()
  const filter = useMemo(() => parse(search), [search])
  const change = (members: Partial<QueryFilter>): void => {
    setSearch(write({ ...filter, ...members }), { replace: true })
  }
  return [filter, change]
}

export function isEmpty(filter: QueryFilter): boolean {
  return write(filter).size === 0
}

/** The filter in words: what an action on all that match is about. */
export function describe(filter: QueryFilter): string {
  const parts = [
    filter.state.length > 0 && `state ${filter.state.join(' or ')}`,
    filter.lane.length > 0 && `lane ${filter.lane.join(' or ')}`,
    filter.source.length > 0 && `source ${filter.source.join(' or ')}`,
    filter.label.length > 0 && `label ${filter.label.join(' and ')}`,
    filter.q !== '' && `SQL with “${filter.q}”`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? 'all queries' : parts.join(', ')
}

/** The filter as the API takes it. */
export function searchOf(filter: QueryFilter): Input<'POST /v1/queries/cancel'>['query'] {
  const [state] = filter.state
  const [lane] = filter.lane
  const [source] = filter.source
  return { q: filter.q, label: filter.label, state, lane, source }
}

function parse(search: URLSearchParams): QueryFilter {
  const known = search.getAll('state').filter((state): state is State => states.some((other) => other === state))
  return {
    ...nothing,
    q: search.get('q') ?? '',
    state: known,
    lane: search.getAll('lane'),
    source: search.getAll('source'),
    label: search.getAll('label'),
  }
}

function write(filter: QueryFilter): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) {
    for (const item of [value as string | string[]].flat()) if (item !== '') search.append(name, item)
  }
  return search
}
