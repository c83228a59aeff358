import { seeded, type Random } from '../random.ts'
import { findings } from '../stack/judge.ts'
import { audit } from '../../../src/doctor/examine.ts'
import { Hosts } from '../stack/host.ts'
import { Client } from '../stack/client.ts'
import { cancelAll, runsNow, sessionsLeft, submitSleepers, whereTheyRun } from '../stack/runs.ts'
import { Stack } from '../stack/stack.ts'
import { until } from '../until.ts'
import type { Supervised } from '../stack/supervised.ts'
import { withHosts, type Rig, type RigResult } from './rig.ts'

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
        while (next < repetitions && performance.now() < untilMs) {
          await loseOnce(stack, seeded(seed + next++), figures, (worker) => worker.end('SIGKILL'))
        }
        figures.violations.push(...findings(await audit(stack.controlUrl)))
      }),
    )
    say(`  ${next} workers were killed`)
    return resultOf('worker', next, figures)
  },
}

export const lostHost: Rig = {
  name: 'lost-host',
  what: 'the same when the host of the worker vanishes: its connections stay open, for all that PostgreSQL knows',
  unavailable: () => Hosts.unavailable(),
  async run({ seed, repetitions = 12, untilMs, say }) {
    const figures: Figures = { rerunMs: [], goneMs: [], violations: [] }
    let next = 0
    await withHosts({ workers: 2 }, async (stack) => {
      while (next < repetitions && performance.now() < untilMs) {
        await loseOnce(stack, seeded(seed + next++), figures, async (worker) => {
          const host = stack.hosts!.all[stack.workers.indexOf(worker)]!
          await host.lose(1, 'to it', 'from it')
          await worker.end('SIGKILL')
          return () => host.mend()
        })
      }
      figures.violations.push(...findings(await audit(stack.controlUrl)))
    })
    say(`  ${next} hosts were lost`)
    return resultOf('host', next, figures)
  },
}

function resultOf(what: string, times: number, { rerunMs, goneMs, violations }: Figures): RigResult {
  const seconds20 = { unit: 'ms', quantile: 0.99, most: 20_000 } as const
  return {
    counts: [
      { what: `${what}s lost`, count: times },
      { what: 'statements that they left', count: rerunMs.length },
      { what: 'violations', count: violations.length, most: 0 },
    ],
    measures: [
      { what: `dead ${what} → running elsewhere`, samples: rerunMs, ...seconds20 },
      { what: `dead ${what} → its statement is gone at the source`, samples: goneMs, ...seconds20 },
    ],
    violations,
  }
}

interface Figures {
  rerunMs: number[]
  goneMs: number[]
  violations: string[]
}

/** @param lose does it; gives what mends it, if it does not mend itself */
async function loseOnce(
  stack: Stack,
  random: Random,
  figures: Figures,
  lose: (worker: Supervised) => Promise<void | (() => Promise<void>)>,
): Promise<void> {
  const client = new Client(stack)
  await stack.works()
  const ids = await submitSleepers(client, queries)
  const runs = await whereTheyRun(stack, ids)
  const victimPid = random.pick(runs).workerPid
  const worker = stack.workers.find(({ pid }) => pid === victimPid)
  const left = runs.filter(({ workerPid }) => workerPid === victimPid)
  if (worker === undefined) throw new Error(`No worker of the stack has process id ${victimPid}.`)
  const killedAt = performance.now()
  const mend = await lose(worker)
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
  await mend?.()
  await cancelAll(stack, client, ids)
}
