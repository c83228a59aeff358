import { audit } from '../../../src/doctor/examine.ts'
import { seeded, type Random } from '../random.ts'
import { Client } from '../stack/client.ts'
import { findings } from '../stack/judge.ts'
import { cancelAll, runsNow, submitSleepers, whereTheyRun } from '../stack/runs.ts'
import { Stack } from '../stack/stack.ts'
import { until } from '../until.ts'
import type { Rig } from './rig.ts'

const drainSeconds = 5
const queries = 6
const patienceMs = 60_000

interface Figures {
  drainMs: number[]
  elsewhereMs: number[]
  charged: number
  violations: string[]
}

export const drain: Rig = {
  name: 'drain',
  what: `SIGTERM of a worker whose statements will not end: it must be gone within its ${drainSeconds} s, at no attempt`,
  async run({ seed, repetitions = 30, untilMs, serverUrl }) {
    const figures: Figures = { drainMs: [], elsewhereMs: [], charged: 0, violations: [] }
    const settings = { SLUICE_DRAIN_SECONDS: String(drainSeconds) }
    await using stack = await Stack.start({ controlServer: serverUrl, sourceServer: serverUrl, workers: 2, settings })
    for (let i = 0; i < repetitions && performance.now() < untilMs; i++)
      await drainOnce(stack, seeded(seed + i), figures)
    figures.violations.push(...findings(await audit(stack.controlUrl)))
    return {
      counts: [
        { what: 'attempts charged', count: figures.charged, most: 0 },
        { what: 'violations', count: figures.violations.length, most: 0 },
      ],
      measures: [
        {
          what: 'SIGTERM → process gone',
          unit: 'ms',
          samples: figures.drainMs,
          quantile: 1,
          most: drainSeconds * 1000,
        },
        { what: 'SIGTERM → running elsewhere', unit: 'ms', samples: figures.elsewhereMs, quantile: 0.99 },
      ],
      violations: figures.violations,
    }
  },
}

async function drainOnce(stack: Stack, random: Random, figures: Figures): Promise<void> {
  const client = new Client(stack)
  await stack.works()
  const ids = await submitSleepers(client, queries)
  const runs = await whereTheyRun(stack, ids)
  const victimPid = random.pick(runs).workerPid
  const worker = stack.workers.find(({ pid }) => pid === victimPid)
  if (worker === undefined) throw new Error(`No worker of the stack has process id ${victimPid}.`)
  const left = runs.filter(({ workerPid }) => workerPid === victimPid)
  const startedAt = performance.now()
  await worker.end('SIGTERM')
  figures.drainMs.push(performance.now() - startedAt)
  const waiting = new Map(left.map((run) => [run.queryId, run]))
  await until('what it ran runs elsewhere', patienceMs, async () => {
    for (const { queryId, token } of await runsNow(stack, ids)) {
      const before = waiting.get(queryId)
      if (before === undefined || before.token === token) continue
      waiting.delete(queryId)
      figures.elsewhereMs.push(performance.now() - startedAt)
    }
    return waiting.size === 0
  })
  const { rows } = await stack.control.query<{ charged: number }>(
    'select sum(attempt - interruptions - 1)::integer as charged from sluice.queries where id = any ($1::uuid[])',
    [ids],
  )
  figures.charged += rows[0]!.charged
  await cancelAll(stack, client, ids)
}
