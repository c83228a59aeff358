import { runQuery } from '../client.ts'
import { runProgram } from '../program.ts'
import type { WindowsInput, WindowsResult } from '../programs/windows.ts'
import type { PartContext } from './context.ts'

export interface WindowFigures extends WindowsResult {
  format: string
  where: 'at the start' | 'in the middle'
  rows: number
}

const limit = 100

/** (g) Windows of 100 rows of a result of 10,000,000: at its start, and anywhere in its middle. */
export async function measureWindows({ stack, quick, signal, say }: PartContext): Promise<WindowFigures[]> {
  const rows = quick ? 1_000_000 : 10_000_000
  const sql = `select facts.* from facts, generate_series(1, ${rows / 1_000_000})`
  const { id: queryId } = await runQuery(stack, { sql }, signal)
  const figures: WindowFigures[] = []
  for (const format of ['json', 'arrow']) {
    for (const [where, from, to] of [
      ['at the start', 0, 0],
      ['in the middle', rows * 0.1, rows * 0.9],
    ] as const) {
      const input: WindowsInput = { url: stack.url, apiKey: stack.apiKey, queryId, format, from, to, limit, count: 300 }
      const result = await runProgram<WindowsResult>('windows', input, signal)
      figures.push({ format, where, rows, ...result })
      say(`  ${format}, ${where}: p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms`)
    }
  }
  return figures
}
