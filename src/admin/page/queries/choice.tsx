import { ChevronDown } from 'lucide-react'
import { useId } from 'react'

export interface ChoiceProps<Value extends string> {
  label: string
  chosen: readonly Value[]
  options: readonly { value: Value; text: string }[]
  onChange: (chosen: Value[]) => void
}

/** Any number of some options, in a list that opens at a click. */
export function Choice<Value extends string>({ label, chosen, options, onChange }: ChoiceProps<Value>) {
  const id = useId()
  const names = options.filter(({ value }) => chosen.includes(value)).map(({ text }) => text)
  // What the address names and the server does not is shown, too, so that it can be taken away.
  const strays = chosen.filter((value) => !options.some((option) => option.value === value))
  const all = [...options, ...strays.map((value) => ({ value, text: value }))]
  const summary = names.length + strays.length === 0 ? '' : [...names, ...strays].join(', ')
  return (
    <div className="choice">
      <button type="button" className="button" popoverTarget={id} data-chosen={summary !== ''}>
        {label}
        {summary !== '' && <span className="truncate">{summary}</span>}
        <ChevronDown aria-hidden />
      </button>
      <fieldset id={id} popover="auto" className="choice-list">
        <legend className="visually-hidden">{label}</legend>
        {all.map(({ value, text }) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, value] : chosen.filter((other) => other !== value))
              }
            />
            {text}
          </label>
        ))}
      </fieldset>
    </div>
  )
}
