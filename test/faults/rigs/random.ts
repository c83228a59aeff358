import { join } from 'node:path'
import { packetFaults } from '../faults/packets.ts'
import { randomRun, type RandomRun, type RandomRunOptions } from '../randomRuns.ts'
import { Hosts } from '../stack/host.ts'
import { withHosts, withOwnServer, type Rig, type RigContext, type RigResult } from './rig.ts'

/** Systems that are tried side by side: most of a run is waiting for leases to end. */
const systems = 4
const hostSystems = 2
/** Every so many runs one goes without a fault: nothing may fail or run twice there. */
const faultlessEvery = 10

export const random: Rig = {
  name: 'random',
  what: 'one to three random faults at random moments among 24 queries of nine kinds; each run is one repetition',
  async run(context) {
    const runs: RandomRun[] = []
    let next = 0
    const repetitions = context.repetitions ?? 100
    await Promise.all(
      Array.from({ length: Math.min(systems, repetitions) }, () =>
        withOwnServer(
          context.serverUrl,
          { workers: 2, preload: [join(import.meta.dirname, '..', 'preload', 'busyLoop.ts')] },
          async (stack, controlServer) => {
            while (next < repetitions && performance.now() < context.untilMs) {
              runs.push(await oneRun(context, { stack, controlServer, seed: context.seed + next++ }))
            }
          },
        ),
      ),
    )
    return summarize(runs)
  },
}

export const packets: Rig = {
  name: 'packets',
  what: 'the same with workers on hosts of their own, whose packets are lost or late and whose power fails',
  unavailable: () => Hosts.unavailable(),
  async run(context) {
    const runs: RandomRun[] = []
    let next = 0
    const repetitions = context.repetitions ?? 40
    await Promise.all(
      Array.from({ length: Math.min(hostSystems, repetitions) }, () =>
        withHosts({ workers: 2 }, async (stack) => {
          while (next < repetitions && performance.now() < context.untilMs) {
            runs.push(await oneRun(context, { stack, seed: context.seed + next++, faults: packetFaults }))
          }
        }),
      ),
    )
    return summarize(runs)
  },
}

async function oneRun({ say }: RigContext, options: RandomRunOptions): Promise<RandomRun> {
  const { stack, seed } = options
  const faultless = seed % faultlessEvery === 0
  const run = await randomRun({ ...options, ...(faultless ? { faults: [] } : {}) })
  const seconds = Math.round(run.durationMs / 1000)
  say(`  seed ${seed}, ${seconds} s: ${run.faults.join(' + ') || 'no fault'}: ${JSON.stringify(run.ends)}`)
  for (const violation of run.violations) say(`    VIOLATION ${violation}`)
  if (run.violations.length > 0) say(stack.outputs)
  return run
}

function summarize(runs: readonly RandomRun[]): RigResult {
  const sum = (value: (run: RandomRun) => number): number => runs.reduce((total, run) => total + value(run), 0)
  const faulty = runs.filter(({ faults }) => faults.length > 0)
  const matching = (pattern: RegExp): number =>
    sum(({ violations }) => violations.filter((violation) => pattern.test(violation)).length)
  const ends = new Map<string, number>()
  for (const run of runs)
    for (const [end, count] of Object.entries(run.ends)) ends.set(end, (ends.get(end) ?? 0) + count)
  if (runs.length === 0) throw new Error('No run began within --minutes.')
  return {
    counts: [
      { what: 'runs with faults', count: faulty.length },
      { what: 'runs without', count: runs.length - faulty.length },
      { what: 'faults', count: sum(({ faults }) => faults.length) },
      { what: 'acknowledged queries', count: sum(({ acknowledged }) => acknowledged) },
      { what: 'acknowledged queries lost', count: matching(/^lost:/), most: 0 },
      { what: 'queries that never ended', count: matching(/^stuck/), most: 0 },
      { what: 'queries that ran twice without a fault', count: matching(/^doubled/), most: 0 },
      { what: 'writes that took effect twice', count: matching(/took effect [2-9]/), most: 0 },
      { what: 'results that were wrong or missing', count: matching(/result/), most: 0 },
      { what: 'all violations', count: sum(({ violations }) => violations.length), most: 0 },
      ...[...ends].map(([end, count]) => ({ what: `ended ${end}`, count })),
    ],
    measures: [],
    violations: runs.flatMap(({ seed, faults, violations }) =>
      violations.map((violation) => `seed ${seed} (${faults.join(' + ')}): ${violation}`),
    ),
  }
}
