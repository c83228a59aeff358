import { cpuBetween, readCpu } from '../cpu.ts'
import { runProgram } from '../program.ts'
import type { LoadInput, LoadResult } from '../programs/load.ts'
import type { PartContext } from './context.ts'

export interface SmallQueriesFigures extends LoadResult {
  query: LoadInput['query']
  mode: LoadInput['mode']
  clients: number
  /** CPU seconds by process group in the measured window. */
  cpu: Record<string, number>
}

const clientCounts = [1, 16, 50]

/** (a) Small queries: how many a second, and how long from submit to result. */
export async function measureSmallQueries({ stack, quick, signal, say }: PartContext): Promise<SmallQueriesFigures[]> {
  const figures: SmallQueriesFigures[] = []
  for (const query of ['select 1', '10 rows by key'] as const) {
    for (const mode of ['one request', 'submit, poll, fetch'] as const) {
      for (const clients of clientCounts) {
        const input: LoadInput = {
          url: stack.url,
          apiKey: stack.apiKey,
          clients,
          mode,
          query,
          warmUpSeconds: quick ? 1 : 3,
          seconds: quick ? 3 : 10,
        }
        let before = readCpu(stack)
        const result = await runProgram<LoadResult>('load', input, signal, () => {
          before = readCpu(stack)
        })
        const cpu = {
          load: Math.round(result.cpuSeconds * 100) / 100,
          ...cpuBetween(await before, await readCpu(stack)),
        }
        figures.push({ query, mode, clients, ...result, cpu })
        say(
          `  ${query}, ${mode}, ${clients} clients: ${result.perSecond.toFixed(0)}/s, p50 ${result.p50Ms.toFixed(1)} ms`,
        )
      }
    }
  }
  return figures
}
