import { Ban, CircleCheck, CircleDashed, CircleX, Clock4, LoaderCircle, type LucideIcon } from 'lucide-react'
import type { Query } from '../api/types.generated.ts'

export type State = Query['state']

/** Every state with its word, its sign and its tone, so that none is told by colour alone. */
export const stateLooks: Record<State, { label: string; icon: LucideIcon; tone: string }> = {
  queued: { label: 'Queued', icon: CircleDashed, tone: 'idle' },
  running: { label: 'Running', icon: LoaderCircle, tone: 'busy' },
  canceling: { label: 'Canceling', icon: LoaderCircle, tone: 'warn' },
  succeeded: { label: 'Succeeded', icon: CircleCheck, tone: 'good' },
  failed: { label: 'Failed', icon: CircleX, tone: 'bad' },
  canceled: { label: 'Canceled', icon: Ban, tone: 'idle' },
  timed_out: { label: 'Timed out', icon: Clock4, tone: 'warn' },
}

export const states = Object.keys(stateLooks) as State[]

export function isTerminal(state: State): boolean {
  return state !== 'queued' && state !== 'running' && state !== 'canceling'
}

export function StateBadge({ state }: { state: State }) {
  const { label, icon: Icon, tone } = stateLooks[state]
  return (
    <span className={`badge ${tone}`} data-state={state}>
      <Icon aria-hidden className={Icon === LoaderCircle ? 'spin' : undefined} />
      {label}
    </span>
  )
}
