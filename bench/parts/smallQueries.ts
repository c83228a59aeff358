import { measureLoad, type LoadFigures } from '../load.ts'
import type { LoadInput } from '../programs/load.ts'
import type { PartContext } from './context.ts'

export interface SmallQueriesFigures extends LoadFigures {
  query: LoadInput['query']
  mode: LoadInput['mode']
  clients: number
}

const queries = ['select 1', '10 rows by key'] as const
const modes = ['one request', 'submit, poll, fetch'] as const
const clientCounts = [1, 16, 50]

/** (a) Small queries: how many a second, and how long from submit to result. */
export async function measureSmallQueries(context: PartContext): Promise<SmallQueriesFigures[]> {
  const { say } = context
  // One client alone would take minutes to have server and worker compiled; it is not to pay for that.
  say('  warming up')
  for (const query of queries) {
    for (const mode of modes) await measure(context, { query, mode, clients: 16 }, context.quick ? 1 : 4)
  }
  const figures: SmallQueriesFigures[] = []
  for (const query of queries) {
    for (const mode of modes) {
      for (const clients of clientCounts) {
        const figure = await measure(context, { query, mode, clients }, context.quick ? 3 : 10)
        figures.push(figure)
        say(
          `  ${query}, ${mode}, ${clients} clients: ${figure.perSecond.toFixed(0)}/s, p50 ${figure.p50Ms.toFixed(1)} ms`,
        )
      }
    }
  }
  return figures
}

async function measure(
  { stack, quick, signal }: PartContext,
  what: Pick<LoadInput, 'query' | 'mode' | 'clients'>,
  seconds: number,
): Promise<SmallQueriesFigures> {
  const result = await measureLoad(stack, { ...what, warmUpSeconds: quick ? 1 : 3, seconds }, signal)
  const load = Math.round(result.cpuSeconds * 100) / 100
  return { ...what, ...result, cpu: { load, ...result.cpu } }
}
