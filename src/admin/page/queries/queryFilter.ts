import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { Input } from '../api/client.ts'
import { formatTime } from '../formats/times.ts'
import { states, type State } from '../parts/stateBadge.tsx'

/** Spans that end now, in minutes. */
export const spans = { '15m': 15, '1h': 60, '24h': 1_440, '7d': 10_080, '30d': 43_200 } as const
export const spanNames: Record<Span, string> = {
  '15m': 'last 15 minutes',
  '1h': 'last hour',
  '24h': 'last 24 hours',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
}
export type Span = keyof typeof spans

/** What a list of queries is narrowed to, as it stands in the page's address. */
export interface QueryFilter {
  q: string
  state: State[]
  lane: string[]
  source: string[]
  /** Whose they are. */
  tenant: string[]
  label: string[]
  /** Submitted within a span that ends now; '': at any time, or between `after` and `before`. */
  span: Span | ''
  /** ISO times; '': without this end. */
  after: string
  before: string
  /** Worker of the last claim. */
  worker: string
  /** Code of the error. */
  code: string
}

export const everything: QueryFilter = {
  q: '',
  state: [],
  lane: [],
  source: [],
  tenant: [],
  label: [],
  span: '',
  after: '',
  before: '',
  worker: '',
  code: '',
}
const minuteMs = 60_000

/** The filter in the address, and how to change it. */
export function useQueryFilter(): [QueryFilter, (change: Partial<QueryFilter>) => void] {
  const [search, setSearch] = useSearchParams()
  const filter = useMemo(() => parse(search), [search])
  const change = (members: Partial<QueryFilter>): void => {
    // As it is in the address now: who calls may have been drawn before another change.
    const current = parse(new URLSearchParams(location.search))
    setSearch(write({ ...current, ...members }), { replace: true })
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
    filter.tenant.length > 0 && `tenant ${filter.tenant.join(' or ')}`,
    filter.label.length > 0 && `label ${filter.label.join(' and ')}`,
    filter.q !== '' && `SQL with “${filter.q}”`,
    filter.worker !== '' && `worker …${filter.worker.slice(-12)}`,
    filter.code !== '' && `error ${filter.code}`,
    timeText(filter),
  ].filter((part) => part !== false && part !== '')
  return parts.length === 0 ? 'all queries' : parts.join(', ')
}

/** When the queries were submitted, in words; '': at any time. */
export function timeText({ span, after, before }: Pick<QueryFilter, 'span' | 'after' | 'before'>): string {
  if (span !== '') return spanNames[span]
  return [
    after !== '' && `from ${formatTime(new Date(after))}`,
    before !== '' && `until ${formatTime(new Date(before))}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** The filter as the API takes it now. */
export function searchOf(filter: QueryFilter): NonNullable<Input<'GET /v1/queries/count'>['query']> {
  const { span, after, before, ...rest } = filter
  const since = span === '' ? after : new Date(spanStart(span)).toISOString()
  return { ...rest, submitted_after: since, submitted_before: before } as NonNullable<
    Input<'GET /v1/queries/count'>['query']
  >
}

/** Begins with a minute, so that whoever looks at the same span asks the same question. */
function spanStart(span: Span): number {
  return (Math.floor(Date.now() / minuteMs) - spans[span]) * minuteMs
}

function parse(search: URLSearchParams): QueryFilter {
  const known = search.getAll('state').filter((state): state is State => states.some((other) => other === state))
  const span = search.get('span') ?? ''
  const time = (name: string): string => {
    const at = new Date(search.get(name) ?? '')
    // As the API takes it: whole, and of a year in four digits.
    const iso = Number.isNaN(at.getTime()) ? '' : at.toISOString()
    return /^\d{4}-/.test(iso) ? iso : ''
  }
  return {
    q: search.get('q') ?? '',
    state: known,
    lane: search.getAll('lane'),
    source: search.getAll('source'),
    tenant: search.getAll('tenant'),
    label: search.getAll('label'),
    span: Object.hasOwn(spans, span) ? (span as Span) : '',
    after: time('after'),
    before: time('before'),
    worker: search.get('worker') ?? '',
    code: search.get('code') ?? '',
  }
}

function write(filter: QueryFilter): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) {
    for (const item of [value as string | string[]].flat()) if (item !== '') search.append(name, item)
  }
  return search
}
