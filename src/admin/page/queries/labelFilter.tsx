import { Tag, X } from 'lucide-react'
import { useState, type FormEvent } from 'react'

/** Labels that queries must have, each as key:value. */
export function LabelFilter({ labels, onChange }: { labels: readonly string[]; onChange: (labels: string[]) => void }) {
  const [text, setText] = useState('')
  const add = (event: FormEvent): void => {
    event.preventDefault()
    const label = text.trim()
    if (!label.includes(':') || labels.includes(label)) return
    onChange([...labels, label])
    setText('')
  }
  return (
    <form className="label-filter" onSubmit={add}>
      {labels.map((label) => (
        <button
          key={label}
          type="button"
          className="chip removable"
          aria-label={`Remove label ${label}`}
          onClick={() => onChange(labels.filter((other) => other !== label))}
        >
          <span className="truncate">{label}</span>
          <X aria-hidden />
        </button>
      ))}
      <div className="search-box">
        <Tag aria-hidden />
        <input
          className="input"
          placeholder="Label key:value"
          aria-label="Label, as key:value"
          value={text}
          onChange={(event) => setText(event.target.value)}
          pattern="[^:]+:.*"
          title="Write a label as key:value, then press Enter"
        />
      </div>
    </form>
  )
}
