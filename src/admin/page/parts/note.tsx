import './note.css'
import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'

const looks = { bad: CircleAlert, warn: TriangleAlert, info: Info }

/** A message that stays: an error, a warning, a hint. */
export function Note({ tone, title, children }: { tone: keyof typeof looks; title?: string; children?: ReactNode }) {
  const Icon = looks[tone]
  return (
    <div className={`note ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon aria-hidden />
      <div className="grow">
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
    </div>
  )
}

/** What the server said against a request. */
export function ProblemNote({ error }: { error: Error }) {
  const problem = error instanceof ApiError ? error.problem : undefined
  return (
    <Note tone="bad" title={problem?.title ?? 'That did not work'}>
      {error.message}
    </Note>
  )
}
