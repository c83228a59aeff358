import { ChevronDown } from 'lucide-react'
import { useId } from 'react'
import { Field } from '../parts/field.tsx'
import { spanNames, spans, timeText, type QueryFilter, type Span } from './queryFilter.ts'

export interface TimeFilterProps {
  filter: QueryFilter
  onChange: (change: Partial<QueryFilter>) => void
}

/** When the queries were submitted: within a span that ends now, or between two times. */
export function TimeFilter({ filter, onChange }: TimeFilterProps) {
  const id = useId()
  const name = useId()
  const { span, after, before } = filter
  const text = timeText(filter)
  const isOpen = span === '' && after === '' && before === ''
  return (
    <div className="choice">
      <button type="button" className="button" popoverTarget={id} data-chosen={!isOpen}>
        Time
        {!isOpen && <span className="truncate">{text}</span>}
        <ChevronDown aria-hidden />
      </button>
      <fieldset id={id} popover="auto" className="choice-list">
        <legend className="visually-hidden">Submitted</legend>
        <label>
          <input
            type="radio"
            name={name}
            checked={isOpen}
            onChange={() => onChange({ span: '', after: '', before: '' })}
          />
          at any time
        </label>
        {(Object.keys(spans) as Span[]).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name={name}
              checked={span === each}
              onChange={() => onChange({ span: each, after: '', before: '' })}
            />
            {spanNames[each]}
          </label>
        ))}
        <div className="choice-fields">
          <Field label="From">
            <input
              className="input"
              type="datetime-local"
              value={localOf(after)}
              onChange={(event) => onChange({ span: '', after: isoOf(event.target.value) })}
            />
          </Field>
          <Field label="Until">
            <input
              className="input"
              type="datetime-local"
              value={localOf(before)}
              onChange={(event) => onChange({ span: '', before: isoOf(event.target.value) })}
            />
          </Field>
        </div>
      </fieldset>
    </div>
  )
}

/** What the browser's field shows: a time of its own time zone, without naming it. */
function localOf(iso: string): string {
  if (iso === '') return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function isoOf(local: string): string {
  return local === '' ? '' : new Date(local).toISOString()
}
