import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { audit } from '../../../src/doctor/examine.ts'
import { findings } from '../stack/judge.ts'
import type { FaultPostgres } from '../stack/postgres.ts'
import type { Stack } from '../stack/stack.ts'
import { SteadyLoad } from '../stack/steadyLoad.ts'
import { until } from '../until.ts'
import { withOwnServer, type Rig } from './rig.ts'

const perSecond = 50
const steadyMs = 10_000
/** The rate is looked at over so long. */
const windowMs = 2_000
const recoverWithinMs = 30_000

interface Figures {
  restarts: number
  acceptedMs: number[]
  recoveredMs: number[]
  percent: number[]
  acknowledged: number
  lost: number
  violations: string[]
}

export const restart: Rig = {
  name: 'restart',
  what: `pg_ctl restart -m immediate under ${perSecond} queries a second: when submissions are accepted again, when as many end as before`,
  async run({ serverUrl, repetitions = 15, untilMs, say }) {
    const figures: Figures = {
      restarts: 0,
      acceptedMs: [],
      recoveredMs: [],
      percent: [],
      acknowledged: 0,
      lost: 0,
      violations: [],
    }
    await withOwnServer(serverUrl, { workers: 2 }, async (stack, controlServer) => {
      while (figures.restarts < repetitions && performance.now() < untilMs) {
        await restartOnce(stack, controlServer, figures)
        say(
          `  accepted after ${Math.round(figures.acceptedMs.at(-1)!)} ms, at full rate after ${Math.round(figures.recoveredMs.at(-1)!)} ms`,
        )
      }
      figures.violations.push(...findings(await audit(stack.controlUrl)))
    })
    return {
      counts: [
        { what: 'restarts', count: figures.restarts },
        { what: 'acknowledged queries', count: figures.acknowledged },
        { what: 'acknowledged queries lost', count: figures.lost, most: 0 },
        { what: 'violations', count: figures.violations.length, most: 0 },
      ],
      measures: [
        {
          what: 'PostgreSQL takes connections → a submission is accepted',
          unit: 'ms',
          samples: figures.acceptedMs,
          quantile: 1,
          most: 5_000,
        },
        {
          what: 'PostgreSQL takes connections → 95 % of the earlier rate',
          unit: 'ms',
          samples: figures.recoveredMs,
          quantile: 1,
          most: recoverWithinMs,
        },
        {
          what: 'rate in the ten seconds after, of that before',
          unit: '%',
          samples: figures.percent,
          quantile: 0,
          least: 95,
        },
      ],
      violations: figures.violations,
    }
  },
}

async function restartOnce(stack: Stack, server: FaultPostgres, figures: Figures): Promise<void> {
  await stack.works()
  const load = new SteadyLoad(stack, perSecond)
  await sleep(windowMs + steadyMs)
  const before = load.rate(performance.now() - steadyMs, performance.now())
  const restarting = server.restartImmediately()
  const readyAt = await takesConnections(server.adminUrl)
  await restarting
  await until('a submission is accepted', recoverWithinMs, () => firstSuccess(load, readyAt) !== undefined, 20)
  await until('95 % of the earlier rate', recoverWithinMs, () => {
    const now = performance.now()
    return now - windowMs > readyAt && load.rate(now - windowMs, now) >= 0.95 * before
  })
  const recoveredAt = performance.now()
  await sleep(steadyMs)
  figures.restarts++
  figures.acceptedMs.push(firstSuccess(load, readyAt)! - readyAt)
  figures.recoveredMs.push(recoveredAt - readyAt)
  figures.percent.push((100 * load.rate(recoveredAt, recoveredAt + steadyMs)) / before)
  await load.stop()
  await until('everything acknowledged has ended', recoverWithinMs, async () => (await unended(stack)) === 0)
  figures.acknowledged += load.acknowledged.length
  figures.lost += load.acknowledged.length - (await known(stack, load.acknowledged))
}

/** When the first answer with a success came after a time. */
function firstSuccess(load: SteadyLoad, sinceMs: number): number | undefined {
  return load.answered.find(({ atMs, status }) => atMs > sinceMs && status >= 200 && status < 300)?.atMs
}

/** When a server that goes down takes connections again, by performance.now(). */
async function takesConnections(url: string): Promise<number> {
  const connects = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('select 1')
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  await until('the server is down', recoverWithinMs, async () => !(await connects()), 5)
  await until('the server takes connections', recoverWithinMs, connects, 5)
  return performance.now()
}

async function unended(stack: Stack): Promise<number> {
  const { rowCount } = await stack.control.query(
    `select from sluice.queries where state in ('queued', 'running', 'canceling') limit 1`,
  )
  return rowCount ?? 0
}

async function known(stack: Stack, ids: readonly string[]): Promise<number> {
  const { rowCount } = await stack.control.query(
    `select from sluice.queries where id = any ($1::uuid[]) and state = 'succeeded'`,
    [ids],
  )
  return rowCount ?? 0
}
