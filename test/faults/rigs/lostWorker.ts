import { seeded, type Random } from '../random.ts'
import { findings } from '../stack/judge.ts'
import { audit } from '../../../src/doctor/examine.ts'
import { Client } from '../stack/client.ts'
import { cancelAll, runsNow, sessionsLeft, submitSleepers, whereTheyRun } from '../stack/runs.ts'
import { Stack } from '../stack/stack.ts'
import { until } from '../until.ts'
import type { Rig } from './rig.ts'

const systems = 3
const queries = 6
const patienceMs = 90_000
const pollMs = 25

export const lostWorker: Rig = {
  name: 'lost-worker',
  what: 'kill -9 of a worker with statements under way: when they run elsewhere, when the old ones are gone at the source',
  async run({ seed, repetitions = 60, untilMs, serverUrl, say }) {
    const figures: Figures = { rerunMs: [], goneMs: [], violations: [] }
    let next = 0
    await Promise.all(
      Array.from({ length: Math.min(systems, repetitions) }, async () => {
        await using stack = await Stack.start({ controlServer: serverUrl, sourceServer: serverUrl, workers: 2 })
        while (next < repetitions && performance.now() < untilMs) await killOnce(stack, seeded(seed + next++), figures)
        figures.violations.push(...findings(await audit(stack.controlUrl)))
      }),
    )
    say(`  ${next} workers were killed`)
    const seconds20 = { unit: 'ms', quantile: 0.99, most: 20_000 } as const
    return {
      counts: [
        { what: 'workers killed', count: next },
        { what: 'statements that they left', count: figures.rerunMs.length },
        { what: 'violations', count: figures.violations.length, most: 0 },
      ],
      measures: [
        { what: 'dead worker → running elsewhere', samples: figures.rerunMs, ...seconds20 },
        { what: 'dead worker → its statement is gone at the source', samples: figures.goneMs, ...seconds20 },
      ],
      violations: figures.violations,
    }
  },
}

interface Figures {
  rerunMs: number[]
  goneMs: number[]
  violations: string[]
}

async function killOnce(stack: Stack, random: Random, figures: Figures): Promise<void> {
  const client = new Client(stack)
  await stack.works()
  const ids = await submitSleepers(client, queries)
  const runs = await whereTheyRun(stack, ids)
  const victimPid = random.pick(runs).workerPid
  const worker = stack.workers.find(({ pid }) => pid === victimPid)
  const left = runs.filter(({ workerPid }) => workerPid === victimPid)
  if (worker === undefined) throw new Error(`No worker of the stack has process id ${victimPid}.`)
  const killedAt = performance.now()
  await worker.end('SIGKILL')
  const since = (): number => performance.now() - killedAt

  const waiting = new Set(left)
  const alive = new Set(left)
  await until(
    'everything runs elsewhere, and nothing is left',
    patienceMs,
    async () => {
      const now = new Map((await runsNow(stack, ids)).map((run) => [run.queryId, run]))
      for (const run of waiting) {
        const again = now.get(run.queryId)
        if (again === undefined || again.token === run.token) continue
        waiting.delete(run)
        figures.rerunMs.push(since())
      }
      const sessions = await sessionsLeft(
        stack,
        left.map(({ backend }) => backend),
      )
      for (const run of alive) {
        if (sessions.includes(run.backend.pid)) continue
        alive.delete(run)
        figures.goneMs.push(since())
      }
      return waiting.size === 0 && alive.size === 0
    },
    pollMs,
  )
  await cancelAll(stack, client, ids)
}
