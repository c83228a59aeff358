import { fillHistory } from '../longHistory.ts'
import { median } from '../statistics.ts'
import type { PartContext } from './context.ts'

/** How long a list by some filter takes, from request to answer. */
export interface HistoryFigures {
  queries: number
  what: string
  /** By the first answer. */
  found: number
  medianMs: number
  slowestMs: number
  /** Answers until the page was full or the search at its end, and how long they took together. */
  answers: number
  allMs: number
}

const repetitions = 11
/** As many as a list gives, and as far as is counted, unless asked otherwise. */
const pageSize = 50
const mostCounted = 10_000

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
    ['text: two letters of many', 'q=_5'],
    ['text: none, of parts that many have', 'q=column_77'],
    ['time: a part long ago', `submitted_before=${longAgo}`],
    ['worker: few, old', 'worker=00000000-0000-7000-8000-000000000001'],
    ['code: many', 'code=sql_error'],
    ['code: few, old', 'code=statement_timeout'],
    ['lane and state: none', 'lane=nightly&state=failed'],
    ['lane, state, text', 'lane=reports&state=failed&q=c0c7c76d'],
    ['text and label', 'q=c81e728d&label=team:team-2'],
    ['text and time', `q=28dd2c79&submitted_before=${longAgo}`],
    ['text: none, and state', 'q=qq&state=failed'],
    ['state and label: none', 'state=canceled&label=team:team-2'],
    ['two labels: none', 'label=run:old&label=team:team-2'],
    ['lane, source, states, label', 'lane=default&source=default&state=failed&state=canceled&label=team:team-2'],
  ] as const
  const figures: HistoryFigures[] = []
  for (const path of ['', '/count']) {
    for (const [what, search] of searches) {
      const ask = async (cursor: string | null): Promise<Answer> => {
        const url = `${stack.url}/v1/queries${path}?${search}${cursor === null ? '' : `&cursor=${cursor}`}`
        const startedAt = performance.now()
        const answer = await fetch(url, { signal, headers: { authorization: `Bearer ${stack.apiKey}` } })
        const body = (await answer.json()) as { queries?: unknown[]; count?: number; cursor: string | null }
        if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(body)}`)
        return { ms: performance.now() - startedAt, found: body.queries?.length ?? body.count!, cursor: body.cursor }
      }
      const first: Answer[] = []
      for (let i = 0; i < repetitions; i++) first.push(await ask(null))
      const all = await askAll(ask, path === '' ? pageSize : mostCounted)
      const times = first.map(({ ms }) => ms)
      const figure = {
        queries,
        what: path === '' ? what : `count: ${what}`,
        found: first.at(-1)!.found,
        medianMs: median(times),
        slowestMs: Math.max(...times, ...all),
        answers: all.length,
        allMs: all.reduce((sum, ms) => sum + ms, 0),
      }
      figures.push(figure)
      say(
        `  ${figure.what}: ${figure.found} found, median ${figure.medianMs.toFixed(1)} ms, ` +
          `slowest ${figure.slowestMs.toFixed(1)} ms, ${figure.answers} answers in ${figure.allMs.toFixed(0)} ms`,
      )
    }
  }
  return figures
}

interface Answer {
  ms: number
  found: number
  cursor: string | null
}

/** How long each answer took until there were enough or the search was at its end. */
async function askAll(ask: (cursor: string | null) => Promise<Answer>, enough: number): Promise<number[]> {
  const times: number[] = []
  let found = 0
  let cursor: string | null = null
  do {
    const answer: Answer = await ask(cursor)
    times.push(answer.ms)
    found += answer.found
    cursor = answer.cursor
  } while (cursor !== null && found < enough)
  return times
}
