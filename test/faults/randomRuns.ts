import { setTimeout as sleep } from 'node:timers/promises'
import { allFaults } from './faults/all.ts'
import type { Fault } from './faults/fault.ts'
import { seeded } from './random.ts'
import { judge, type Verdict } from './stack/judge.ts'
import type { FaultPostgres } from './stack/postgres.ts'
import type { Stack } from './stack/stack.ts'
import { Workload } from './stack/workload.ts'

const queries = 24
const submitOverMs = 4_000
/** Clients go on trying for longer than any fault lasts. */
const patienceMs = 45_000

/** One run: queries, faults among them, and what it came to. */
export interface RandomRun extends Verdict {
  seed: number
  faults: string[]
  durationMs: number
}

export interface RandomRunOptions {
  stack: Stack
  controlServer?: FaultPostgres
  seed: number
  /** Which faults may come; none: a run without. */
  faults?: readonly Fault[]
}

/** Lets clients submit queries while one to three random faults come and go; the seed repeats what is drawn. */
export async function randomRun({
  stack,
  controlServer,
  seed,
  faults = allFaults,
}: RandomRunOptions): Promise<RandomRun> {
  const random = seeded(seed)
  const possible = faults.filter(({ needs }) =>
    needs === 'a server of its own' ? controlServer !== undefined : needs === undefined || stack.hosts !== undefined,
  )
  const startedAt = performance.now()
  await stack.works()
  const workload = new Workload(stack, seeded(seed + 1))
  workload.start(queries, submitOverMs, patienceMs)
  const count = possible.length === 0 ? 0 : random.pick([1, 1, 1, 2, 2, 3])
  const drawn = Array.from({ length: count }, (_, i) => ({
    fault: random.pick(possible),
    afterMs: random.between(300, submitOverMs),
    // One of its own: faults that come at the same time would share its numbers as chance has it.
    random: seeded(seed * 31 + i),
  }))
  const done = await Promise.all(
    drawn.map(async ({ fault, afterMs, random }) => {
      await sleep(afterMs)
      const what = await fault.inject({ stack, random, ...(controlServer === undefined ? {} : { controlServer }) })
      return `${fault.name} (${what})`
    }),
  )
  for (const way of stack.ways) way.mend()
  const verdict = await judge(stack, workload, { faultless: count === 0 })
  return { seed, faults: done, durationMs: performance.now() - startedAt, ...verdict }
}
