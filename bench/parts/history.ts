import { fillHistory } from '../longHistory.ts'
import { median } from '../statistics.ts'
import type { PartContext } from './context.ts'

/** How long a list by some filter takes, from request to answer. */
export interface HistoryFigures {
  queries: number
  what: string
  found: number
  medianMs: number
  slowestMs: number
}

const repetitions = 11

/** (i) Lists by every filter with 1,000,000 ended queries. */
export async function measureHistory({ stack, quick, signal, say }: PartContext): Promise<HistoryFigures[]> {
  const queries = quick ? 100_000 : 1_000_000
  await fillHistory(stack.control, queries, signal)
  const longAgo = new Date(Date.now() - queries * 2_000).toISOString()
  const searches = [
    ['no filter', ''],
    ['state: many', 'state=succeeded'],
    ['state: few, old', 'state=timed_out'],
    ['state: none', 'state=running'],
    ['several states', 'state=failed&state=canceled'],
    ['lane: many', 'lane=default'],
    ['lane: few, old', 'lane=nightly'],
    ['source', 'source=default'],
    ['label: many', 'label=team:team-2'],
    ['label: few, old', 'label=run:old'],
    ['label: none', 'label=run:never'],
    ['text: in all', 'q=COUNT'],
    ['text: in one of a thousand', 'q=28dd2c79'],
    ['text: few, old', 'q=needle'],
    ['text: none', 'q=not%20there'],
    ['text: none, of two letters', 'q=qq'],
    ['time: a part long ago', `submitted_before=${longAgo}`],
    ['worker: few, old', 'worker=00000000-0000-7000-8000-000000000001'],
    ['code: many', 'code=sql_error'],
    ['code: few, old', 'code=statement_timeout'],
    ['lane and state: none', 'lane=nightly&state=failed'],
    ['lane, state, text', 'lane=reports&state=failed&q=c0c7c76d'],
    ['text and label', 'q=c81e728d&label=team:team-2'],
    ['text and time', `q=28dd2c79&submitted_before=${longAgo}`],
  ] as const
  const figures: HistoryFigures[] = []
  for (const path of ['', '/count']) {
    for (const [what, search] of searches) {
      const name = path === '' ? what : `count: ${what}`
      const times: number[] = []
      let found = 0
      for (let i = 0; i < repetitions; i++) {
        // Counts that are asked for within a second are shared.
        const url = `${stack.url}/v1/queries${path}?${search}${path === '' ? '' : `&submitted_after=${2001 + i}-01-01T00:00:00Z`}`
        const startedAt = performance.now()
        const answer = await fetch(url, { signal, headers: { authorization: `Bearer ${stack.apiKey}` } })
        const body = (await answer.json()) as { queries?: unknown[]; count?: number }
        times.push(performance.now() - startedAt)
        if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(body)}`)
        found = body.queries?.length ?? body.count!
      }
      figures.push({ queries, what: name, found, medianMs: median(times), slowestMs: Math.max(...times) })
      say(
        `  ${name}: ${found} found, median ${median(times).toFixed(1)} ms, slowest ${Math.max(...times).toFixed(1)} ms`,
      )
    }
  }
  return figures
}
