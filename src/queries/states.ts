/** The states of a query; docs/states.md draws them. */
export const states = ['queued', 'running', 'canceling', 'succeeded', 'failed', 'canceled', 'timed_out'] as const

export type State = (typeof states)[number]

/** States that a query can go to from each state; none: it has ended. */
export const transitions: Readonly<Record<State, readonly State[]>> = {
  queued: ['running', 'canceled', 'timed_out'],
  running: ['succeeded', 'failed', 'timed_out', 'canceling', 'queued'],
  canceling: ['canceled'],
  succeeded: [],
  failed: [],
  canceled: [],
  timed_out: [],
}

/** Whether a query in this state has ended. */
export function isTerminal(state: State): boolean {
  return transitions[state].length === 0
}
