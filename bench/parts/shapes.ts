import { runQuery } from '../client.ts'
import { peakMemoryMib, resetPeakMemory } from '../memory.ts'
import type { PartContext } from './context.ts'
import { measureLargeResult, settle, type LargeResultFigures } from './largeResult.ts'

export interface ShapeFigures extends LargeResultFigures {
  shape: string
}

export interface MemoryFigures {
  /** Rows of each query. */
  rows: number
  /** Queries that ran at one time. */
  queries: number
  seconds: number
  workerPeakMib: number | null
}

export interface ShapesFigures {
  shapes: ShapeFigures[]
  memory: MemoryFigures[]
}

const shapes = { 'text-heavy': 'select * from texts', 'narrow integers': 'select * from integers' }
const million = 1_000_000

/** (h) Results of other shapes into the store, and the worker's memory for more rows and more queries at one time. */
export async function measureShapes(context: PartContext): Promise<ShapesFigures> {
  const figures: ShapesFigures = { shapes: [], memory: [] }
  for (const [shape, sql] of Object.entries(shapes)) {
    context.say(`  ${shape}:`)
    figures.shapes.push({ shape, ...(await measureLargeResult(context, sql)) })
  }
  const runs = context.quick
    ? [
        [1, 1],
        [2, 1],
        [1, 4],
      ]
    : [
        [1, 1],
        [5, 1],
        [20, 1],
        [20, 4],
      ]
  for (const [millions, queries] of runs) {
    figures.memory.push(await measureMemory(context, millions! * million, queries!))
  }
  return figures
}

async function measureMemory(
  { stack, signal, say }: PartContext,
  rows: number,
  queries: number,
): Promise<MemoryFigures> {
  const sql = `select facts.* from facts, generate_series(1, ${rows / million})`
  await settle(stack)
  await resetPeakMemory(stack.workerPid)
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: queries }, () => runQuery(stack, { sql }, signal)))
  const seconds = (performance.now() - startedAt) / 1000
  const workerPeakMib = await peakMemoryMib(stack.workerPid)
  say(
    `  ${queries} × ${rows.toLocaleString('en')} rows: ${seconds.toFixed(1)} s, worker's peak ${workerPeakMib ?? '?'} MiB`,
  )
  await settle(stack)
  return { rows, queries, seconds, workerPeakMib }
}
