import { setTimeout as sleep } from 'node:timers/promises'
import { median, quantile } from '../../../bench/statistics.ts'
import { audit } from '../../../src/doctor/examine.ts'
import { allFaults } from '../faults/all.ts'
import { busyWorker, killEverything, killServer } from '../faults/processes.ts'
import { seeded } from '../random.ts'
import { findings, judge } from '../stack/judge.ts'
import type { FaultPostgres } from '../stack/postgres.ts'
import { Probe, type Seen } from '../stack/probe.ts'
import { residentMemoryMib } from '../stack/residentMemory.ts'
import type { Stack } from '../stack/stack.ts'
import { Workload } from '../stack/workload.ts'
import { withOwnServer, type Measure, type Rig, type RigContext, type RigResult } from './rig.ts'

const queriesPerRound = 40
const submitOverMs = 40_000
const patienceMs = 45_000
const probeEveryMs = 1_000
const sampleEveryMs = 10_000
/** What a fault stirred up is over so long after it was healed. */
const calmAfterMs = 10_000
/** Memory and plans of fresh processes grow at first. */
const warmUpMs = 120_000

/** The server and one worker live from the beginning to the end, so that their memory can be told. */
const faults = allFaults.filter((fault) => ![killEverything, killServer, busyWorker].includes(fault))

interface Sample {
  atMs: number
  serverMib: number
  workerMib: number
  /** Of the tables whose rows come and go. */
  churnDead: number
  churnMib: number
  /** Of the tables that grow with history: dead rows of all. */
  historyDeadPercent: number
}

interface Soak {
  stack: Stack
  controlServer: FaultPostgres
  context: RigContext
  samples: Sample[]
  /** Time from the beginning of a fault until it is no longer felt, by performance.now(). */
  stormy: { fromMs: number; untilMs: number }[]
  faults: string[]
  acknowledged: number
  violations: string[]
}

export const soak: Rig = {
  name: 'soak',
  what: 'one fault after another among a steady load, for --minutes: memory, dead tuples and response times must not drift',
  async run(context) {
    return await withOwnServer(context.serverUrl, { workers: 2 }, async (stack, controlServer) => {
      const soak: Soak = {
        stack,
        controlServer,
        context,
        samples: [],
        stormy: [],
        faults: [],
        acknowledged: 0,
        violations: [],
      }
      await stack.control.query('create extension if not exists pgstattuple')
      const startedAt = performance.now()
      const probe = new Probe(stack, probeEveryMs)
      const done = new AbortController()
      const sampling = sampleUntil(soak, done.signal)
      for (let round = 0; performance.now() < context.untilMs; round++) await oneRound(soak, round)
      done.abort()
      await Promise.all([probe.stop(), sampling])
      soak.violations.push(...findings(await audit(stack.controlUrl)))
      return summarize(soak, probe.seen, startedAt)
    })
  },
}

/** Queries over forty seconds, a fault in the middle, and a look at everything when all has ended. */
async function oneRound({ stack, controlServer, context, ...soak }: Soak, round: number): Promise<void> {
  const random = seeded(context.seed * 1_000 + round)
  const workload = new Workload(stack, random)
  workload.start(queriesPerRound, submitOverMs, patienceMs)
  await sleep(random.between(5_000, 15_000))
  const fault = random.pick(faults)
  const storm = { fromMs: performance.now(), untilMs: Number.POSITIVE_INFINITY }
  soak.stormy.push(storm)
  const victims = Object.create(stack, { workers: { value: stack.workers.slice(0, 1) } }) as Stack
  const what = await fault.inject({ stack: victims, controlServer, random })
  for (const way of stack.ways) way.mend()
  storm.untilMs = performance.now() + calmAfterMs
  const verdict = await judge(stack, workload, { goesOn: true })
  soak.faults.push(fault.name)
  const title = `round ${round} (${fault.name}: ${what})`
  context.say(`  ${title}: ${JSON.stringify(verdict.ends)}`)
  for (const violation of verdict.violations) {
    soak.violations.push(`${title}: ${violation}`)
    context.say(`    VIOLATION ${violation}`)
  }
}

async function sampleUntil({ stack, samples }: Soak, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const atMs = performance.now()
    const serverMib = await residentMemoryMib(stack.server.pid)
    const workerMib = await residentMemoryMib(stack.workers[1]!.pid)
    const { rows } = await stack.control.query<Omit<Sample, 'atMs' | 'serverMib' | 'workerMib'>>(`
      with tables as (
        select pg_class.oid, relname in ('queue', 'leases', 'workers', '_private_jobs') as churns,
          dead_tuple_count as dead, tuple_count as live
        from pg_class, pgstattuple(pg_class.oid)
        where relkind = 'r' and (relnamespace = 'sluice'::regnamespace and relname in
          ('queue', 'leases', 'workers', 'queries', 'query_events', 'results') or relname = '_private_jobs')
      )
      select (sum(dead) filter (where churns))::float8 as "churnDead",
        (sum(pg_total_relation_size(oid)) filter (where churns) / 1048576)::float8 as "churnMib",
        (100 * sum(dead) filter (where not churns) / greatest(sum(dead + live) filter (where not churns), 1))::float8
          as "historyDeadPercent"
      from tables`)
    if (serverMib !== null && workerMib !== null) samples.push({ atMs, serverMib, workerMib, ...rows[0]! })
    await sleep(sampleEveryMs, undefined, { signal }).catch(() => undefined)
  }
}

function summarize({ stack, samples, stormy, ...soak }: Soak, seen: readonly Seen[], startedAt: number): RigResult {
  const calm = seen.filter(
    ({ atMs }) => !stormy.some(({ fromMs, untilMs }) => atMs >= fromMs - 1_000 && atMs < untilMs),
  )
  const fromMs = startedAt + warmUpMs
  const toMs = performance.now()
  const thirds = <T extends { atMs: number }>(items: readonly T[]): [first: T[], last: T[]] => [
    items.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + (toMs - fromMs) / 3),
    items.filter(({ atMs }) => atMs >= toMs - (toMs - fromMs) / 3),
  ]
  const [early, late] = thirds(samples)
  const drift = (what: string, most: number, value: (items: Sample[]) => number): Measure => ({
    what,
    unit: '%',
    samples: [(100 * value(late)) / value(early)],
    quantile: 1,
    most,
  })
  const times = (items: readonly Seen[]): number[] => items.flatMap(({ tookMs }) => tookMs ?? []).sort((a, b) => a - b)
  const [earlyCalm, lateCalm] = thirds(calm).map(times) as [number[], number[]]
  const absolute = (what: string, unit: Measure['unit'], values: number[], q: number): Measure => ({
    what,
    unit,
    samples: values,
    quantile: q,
  })
  return {
    counts: [
      { what: 'minutes', count: Math.round((toMs - startedAt) / 60_000) },
      { what: 'faults', count: soak.faults.length },
      { what: 'small queries', count: seen.length },
      { what: 'of these without success, all in the time of a fault', count: seen.filter(isFailed).length },
      { what: 'of these without success, in calm', count: calm.filter(isFailed).length, most: 0 },
      {
        what: 'ends of processes that should live',
        count: stack.server.restarts + stack.workers[1]!.restarts,
        most: 0,
      },
      { what: 'violations', count: soak.violations.length, most: 0 },
    ],
    measures: [
      absolute(
        'memory of the server, last third',
        'MiB',
        late.map(({ serverMib }) => serverMib),
        1,
      ),
      absolute(
        'memory of the worker, last third',
        'MiB',
        late.map(({ workerMib }) => workerMib),
        1,
      ),
      absolute('small query, calm, first third', 'ms', earlyCalm, 0.99),
      absolute('small query, calm, last third', 'ms', lateCalm, 0.99),
      drift('memory of the server, last third over first', 125, (items) => median(items.map((s) => s.serverMib))),
      drift('memory of the worker, last third over first', 125, (items) => median(items.map((s) => s.workerMib))),
      absolute(
        'dead rows where rows come and go, first third',
        'rows',
        early.map(({ churnDead }) => churnDead),
        0.5,
      ),
      absolute(
        'dead rows where rows come and go, last third',
        'rows',
        late.map(({ churnDead }) => churnDead),
        0.5,
      ),
      absolute(
        'size of these tables, first third',
        'MiB',
        early.map(({ churnMib }) => churnMib),
        0.5,
      ),
      absolute(
        'size of these tables, last third',
        'MiB',
        late.map(({ churnMib }) => churnMib),
        0.5,
      ),
      absolute(
        'dead rows of history, first third',
        '%',
        early.map(({ historyDeadPercent }) => historyDeadPercent),
        0.5,
      ),
      absolute(
        'dead rows of history, last third',
        '%',
        late.map(({ historyDeadPercent }) => historyDeadPercent),
        0.5,
      ),
      absolute(
        'memory of the server, first third',
        'MiB',
        early.map(({ serverMib }) => serverMib),
        1,
      ),
      absolute(
        'memory of the worker, first third',
        'MiB',
        early.map(({ workerMib }) => workerMib),
        1,
      ),
      drift('dead rows where rows come and go, last third over first', 200, (items) =>
        median(items.map((s) => s.churnDead)),
      ),
      {
        what: 'p99 of a small query in calm, last third over first',
        unit: '%',
        samples: [(100 * quantile(lateCalm, 0.99)) / quantile(earlyCalm, 0.99)],
        quantile: 1,
        most: 200,
      },
    ],
    violations: soak.violations,
  }
}

function isFailed({ tookMs }: Seen): boolean {
  return tookMs === undefined
}
