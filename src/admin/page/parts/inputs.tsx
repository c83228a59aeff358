import type { InputHTMLAttributes, ReactNode } from 'react'
import { Field } from './field.tsx'

interface Labelled {
  label: string
  hint?: ReactNode
}

export interface TextInputProps extends Labelled, Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  value: string
  onChange: (value: string) => void
}

/** A labelled line of text. */
export function TextInput({ label, hint, onChange, className = '', ...rest }: TextInputProps) {
  return (
    <Field label={label} hint={hint}>
      <input {...rest} className={`input ${className}`} onChange={(event) => onChange(event.target.value)} />
    </Field>
  )
}

/** A name of something that the API keeps by name. */
export function NameInput(props: Pick<TextInputProps, 'value' | 'onChange'>) {
  return (
    <TextInput
      {...props}
      label="Name"
      pattern="[a-z0-9][a-z0-9_\-]{0,62}"
      title="Lower-case letters, digits, _ and -"
      required
    />
  )
}

export interface SelectInputProps<Value extends string> extends Labelled {
  value: Value
  options: readonly { value: Value; text: string }[]
  onChange: (value: Value) => void
}

/** One of some values. */
export function SelectInput<Value extends string>(props: SelectInputProps<Value>) {
  const { label, hint, value, options, onChange } = props
  return (
    <Field label={label} hint={hint}>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value as Value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Field>
  )
}

/** A name from a list; one that is not in it, and is chosen already, stays. */
export function NameSelect({ names, ...rest }: Omit<SelectInputProps<string>, 'options'> & { names: string[] }) {
  const all = names.includes(rest.value) ? names : [rest.value, ...names]
  return <SelectInput {...rest} options={all.map((name) => ({ value: name, text: name }))} />
}

export interface CheckInputProps {
  checked: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
}

/** Yes or no. */
export function CheckInput({ checked, onChange, children }: CheckInputProps) {
  return (
    <label className="row">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {children}
    </label>
  )
}

export interface ChecksInputProps {
  options: readonly string[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

/** Any of some names; those that are chosen and not among them are shown, too. */
export function ChecksInput({ options, chosen, onChange }: ChecksInputProps) {
  return (
    <div className="row wrap span">
      {[...new Set([...options, ...chosen])].map((name) => (
        <CheckInput
          key={name}
          checked={chosen.includes(name)}
          onChange={(checked) => onChange(checked ? [...chosen, name] : chosen.filter((other) => other !== name))}
        >
          {name}
        </CheckInput>
      ))}
    </div>
  )
}
