import './filterBar.css'
import { Search, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useRead } from '../api/hooks.ts'
import { Button } from '../parts/button.tsx'
import { stateLooks, states } from '../parts/stateBadge.tsx'
import { useShortcuts } from '../shell/shortcuts.ts'
import { Choice } from './choice.tsx'
import { LabelFilter } from './labelFilter.tsx'
import { everything, isEmpty, type QueryFilter } from './queryFilter.ts'
import { TimeFilter } from './timeFilter.tsx'

/** After the last key of a search: typing goes on without a request for each letter. */
const searchDelayMs = 120

export interface FilterBarProps {
  filter: QueryFilter
  onChange: (change: Partial<QueryFilter>) => void
  /** Stands at the end: what can be done with what is found. */
  children: ReactNode
}

/** What the list is narrowed to. */
export function FilterBar({ filter, onChange, children }: FilterBarProps) {
  const lanes = useRead('GET /v1/lanes', {})
  const sources = useRead('GET /v1/sources', {})
  const [cleared, setCleared] = useState(0)
  const clear = (): void => {
    // A new search box: the old one may be about to search for its last key.
    setCleared(cleared + 1)
    onChange(everything)
  }
  return (
    <search className="filter-bar">
      <SearchBox key={cleared} value={filter.q} onChange={(q) => onChange({ q })} />
      <Choice
        label="State"
        chosen={filter.state}
        options={states.map((state) => ({ value: state, text: stateLooks[state].label }))}
        onChange={(state) => onChange({ state })}
      />
      <Choice
        label="Lane"
        chosen={filter.lane}
        options={(lanes.data?.lanes ?? []).map(({ name }) => ({ value: name, text: name }))}
        onChange={(lane) => onChange({ lane })}
      />
      <Choice
        label="Source"
        chosen={filter.source}
        options={(sources.data?.sources ?? []).map(({ name }) => ({ value: name, text: name }))}
        onChange={(source) => onChange({ source })}
      />
      <TimeFilter filter={filter} onChange={onChange} />
      <LabelFilter labels={filter.label} onChange={(label) => onChange({ label })} />
      {filter.tenant.map((tenant) => (
        <button
          key={tenant}
          type="button"
          className="chip removable"
          aria-label={`Not only of tenant ${tenant}`}
          onClick={() => onChange({ tenant: filter.tenant.filter((other) => other !== tenant) })}
        >
          <span className="truncate">tenant {tenant}</span>
          <X aria-hidden />
        </button>
      ))}
      {(['worker', 'code'] as const)
        .filter((name) => filter[name] !== '')
        .map((name) => (
          <button
            key={name}
            type="button"
            className="chip removable"
            aria-label={`Of any ${name}`}
            onClick={() => onChange({ [name]: '' })}
          >
            <span className="truncate">{name === 'worker' ? `worker …${filter.worker.slice(-12)}` : filter.code}</span>
            <X aria-hidden />
          </button>
        ))}
      {!isEmpty(filter) && (
        <Button kind="plain" icon={X} onClick={clear}>
          Clear
        </Button>
      )}
      <span className="grow" />
      {children}
    </search>
  )
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const box = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value)
  const [known, setKnown] = useState(value)
  const [sent, setSent] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  if (value !== known) {
    setKnown(value)
    // Changed by other means: the Clear button, the Back button.
    if (value !== sent) {
      setText(value)
      setSent(value)
    }
  }
  useShortcuts(
    'This page',
    useMemo(
      () => [
        {
          keys: '/',
          text: 'Search',
          run: (event) => {
            event.preventDefault()
            box.current?.focus()
          },
        },
      ],
      [],
    ),
  )
  const change = (next: string): void => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      setSent(next)
      onChange(next)
    }, searchDelayMs)
  }
  return (
    <div className="search-box">
      <Search aria-hidden />
      <input
        ref={box}
        className="input"
        type="search"
        placeholder="Search in SQL"
        aria-label="Search in SQL"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <kbd aria-hidden>/</kbd>
    </div>
  )
}
