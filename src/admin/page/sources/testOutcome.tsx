import type { SourceTest } from '../api/types.generated.ts'
import { formatDuration } from '../formats/times.ts'
import { Note, ProblemNote } from '../parts/note.tsx'

/** What trying a source showed. */
export function TestOutcome({ outcome, error }: { outcome: SourceTest | undefined; error: Error | null }) {
  if (error !== null) return <ProblemNote error={error} />
  if (outcome === undefined) return null
  if (!outcome.ok) return <Note tone="bad" title={outcome.error?.message ?? 'It cannot be reached'} />
  return (
    <Note
      tone={outcome.warnings.length > 0 ? 'warn' : 'info'}
      title={`PostgreSQL ${outcome.server_version}, connected in ${formatDuration(outcome.duration_ms)}`}
    >
      {outcome.warnings.length > 0 && (
        <ul>
          {outcome.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </Note>
  )
}
