import { Link } from 'wouter'
import type { Fire } from '../api/types.generated.ts'
import { StateBadge } from '../parts/stateBadge.tsx'

const tones = { submitted: 'busy', waiting: 'idle', skipped: 'idle', missed: 'warn', refused: 'bad' } as const

/** What became of a fire: its query, or why there is none. */
export function FireBadge({ fire: { outcome, query_id: id, query_state: state, detail } }: { fire: Fire }) {
  if (id !== null && state !== null) {
    return (
      <Link href={`/queries/${id}`}>
        <StateBadge state={state} />
      </Link>
    )
  }
  return (
    <span className={`badge text-only ${tones[outcome]}`} title={detail ?? undefined}>
      {outcome}
    </span>
  )
}
