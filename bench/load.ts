import { cpuBetween, readCpu } from './cpu.ts'
import { runProgram } from './program.ts'
import type { LoadInput, LoadResult } from './programs/load.ts'
import type { Stack } from './stack.ts'

export interface LoadFigures extends LoadResult {
  /** CPU seconds by process group in the measured window. */
  cpu: Record<string, number>
}

/** Small queries for some seconds, after as many of warming up as are named. */
export async function measureLoad(
  stack: Stack,
  what: Omit<LoadInput, 'url' | 'apiKey'>,
  signal: AbortSignal,
): Promise<LoadFigures> {
  const input: LoadInput = { url: stack.url, apiKey: stack.apiKey, ...what }
  let before = readCpu(stack)
  const result = await runProgram<LoadResult>('load', input, signal, () => {
    before = readCpu(stack)
  })
  return { ...result, cpu: cpuBetween(await before, await readCpu(stack)) }
}
