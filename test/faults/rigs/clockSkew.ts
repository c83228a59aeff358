import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { findings } from '../stack/judge.ts'
import { audit } from '../../../src/doctor/examine.ts'
import { killWorker, replaceWorker } from '../faults/processes.ts'
import { randomRun } from '../randomRuns.ts'
import { Stack } from '../stack/stack.ts'
import type { Rig } from './rig.ts'

const folders = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime', '/usr/lib/faketime']
/** Of the two workers and the server. */
const offsets = [
  ['-1d', '+10m', '+1d'],
  ['+1d', '-10m', '-1d'],
  ['+10m', '-10m', '+10m'],
] as const

async function findFaketime(): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, 'libfaketime.so.1')
    const found = await access(file).then(
      () => true,
      () => false,
    )
    if (found) return file
  }
  return undefined
}

export const clockSkew: Rig = {
  name: 'clock-skew',
  what: 'clocks of workers and server that are minutes and days wrong, each against the others; some workers are killed',
  async unavailable() {
    return (await findFaketime()) === undefined
      ? 'libfaketime is not installed (Debian: apt-get install libfaketime)'
      : undefined
  },
  async run({ seed, repetitions = 15, untilMs, serverUrl, say }) {
    const library = (await findFaketime())!
    const wrong = (offset: string): Record<string, string> => ({
      LD_PRELOAD: library,
      FAKETIME: offset,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    })
    const violations: string[] = []
    let runs = 0
    let acknowledged = 0
    let worstSkewSeconds = 0
    for (const [first, second, ofServer] of offsets) {
      await using stack = await Stack.start({
        controlServer: serverUrl,
        sourceServer: serverUrl,
        workers: 2,
        workerSettings: (i) => wrong(i === 0 ? first : second),
        serverSettings: wrong(ofServer),
      })
      for (let i = 0; i < Math.ceil(repetitions / offsets.length) && performance.now() < untilMs; i++) {
        const run = await randomRun({ stack, seed: seed + runs++, faults: i === 0 ? [] : [killWorker, replaceWorker] })
        acknowledged += run.acknowledged
        const title = `clocks ${first}, ${second}, ${ofServer}, seed ${run.seed}`
        say(`  ${title}: ${run.faults.join(' + ') || 'no fault'}: ${JSON.stringify(run.ends)}`)
        violations.push(...run.violations.map((violation) => `${title}: ${violation}`))
      }
      const { rows } = await stack.control.query<{ seconds: number }>(
        `select coalesce(max(abs(extract(epoch from at - submitted_at))), 0)::float8 as seconds
         from sluice.query_events join sluice.queries on queries.id = query_id`,
      )
      worstSkewSeconds = Math.max(worstSkewSeconds, rows[0]!.seconds)
      violations.push(...findings(await audit(stack.controlUrl)))
    }
    return {
      counts: [
        { what: 'runs', count: runs },
        { what: 'acknowledged queries', count: acknowledged },
        // Were a clock of a process used anywhere, an event would be days away from its query.
        { what: 'seconds between a query and its events, at most', count: Math.ceil(worstSkewSeconds), most: 300 },
        { what: 'violations', count: violations.length, most: 0 },
      ],
      measures: [],
      violations,
    }
  },
}
