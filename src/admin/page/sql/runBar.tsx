import { Play, X } from 'lucide-react'
import { useRead } from '../api/hooks.ts'
import { formatCount, plural } from '../formats/numbers.ts'
import { Button } from '../parts/button.tsx'
import { useSession } from '../shell/session.ts'
import type { Draft } from './draft.ts'

const rowLimits = [1_000, 10_000, 100_000, 1_000_000, 0]

export interface RunBarProps {
  draft: Draft
  onChange: (members: Partial<Draft>) => void
  onRun: () => void
  busy: boolean
}

/** Where the statement runs, within what limits, and the button that runs it. */
export function RunBar({ draft, onChange, onRun, busy }: RunBarProps) {
  const sources = useRead('GET /v1/sources', {})
  const lanes = useRead('GET /v1/lanes', {})
  const { read_only: readOnly } = useSession()
  return (
    <div className="run-bar">
      <Button
        kind="primary"
        icon={Play}
        busy={busy}
        disabled={readOnly}
        title={readOnly ? 'This page is read-only' : 'Ctrl-Enter'}
        onClick={onRun}
      >
        Run
      </Button>
      <Pick
        label="Source"
        value={draft.source}
        options={(sources.data?.sources ?? []).map(({ name }) => name)}
        onChange={(source) => onChange({ source })}
      />
      <Pick
        label="Lane"
        value={draft.lane}
        options={(lanes.data?.lanes ?? []).map(({ name }) => name)}
        onChange={(lane) => onChange({ lane })}
      />
      <label className="pick">
        Rows
        <select
          className="input"
          value={draft.rowLimit}
          onChange={(event) => onChange({ rowLimit: Number(event.target.value) })}
        >
          {[...new Set([...rowLimits, draft.rowLimit])].map((limit) => (
            <option key={limit} value={limit}>
              {limit === 0 ? 'all' : formatCount(limit)}
            </option>
          ))}
        </select>
      </label>
      <label className="pick">
        <input
          type="checkbox"
          checked={draft.explain}
          onChange={(event) => onChange({ explain: event.target.checked })}
        />
        Keep the plan
      </label>
      {draft.params.length > 0 && (
        <button type="button" className="chip removable" onClick={() => onChange({ params: [] })}>
          <span className="truncate">with {plural(draft.params.length, 'parameter')} of the copied query</span>
          <X aria-label="leave them out" />
        </button>
      )}
    </div>
  )
}

interface PickProps {
  label: string
  value: string
  options: readonly string[]
  onChange: (value: string) => void
}

function Pick({ label, value, options, onChange }: PickProps) {
  const all = options.includes(value) ? options : [value, ...options]
  return (
    <label className="pick">
      {label}
      <select className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        {all.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  )
}
