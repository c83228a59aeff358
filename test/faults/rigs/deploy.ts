import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { audit } from '../../../src/doctor/examine.ts'
import { packageRoot } from '../../../src/packageRoot.ts'
import { findCommit, withCheckout } from '../stack/checkout.ts'
import { findings } from '../stack/judge.ts'
import { Stack } from '../stack/stack.ts'
import { SteadyLoad } from '../stack/steadyLoad.ts'
import { until } from '../until.ts'
import type { Rig } from './rig.ts'

const execFileAsync = promisify(execFile)

const perSecond = 20
const pauseMs = 4_000
const patienceMs = 60_000
/** The version before: a commit, FAULTS_OLD_VERSION or some commits ago. */
const oldRevision = process.env['FAULTS_OLD_VERSION'] ?? 'HEAD~20'

export const deploy: Rig = {
  name: 'deploy',
  what: `migrate, then replace two servers and two workers of FAULTS_OLD_VERSION (a commit; HEAD~20) one by one under ${perSecond} queries a second`,
  async unavailable() {
    return (await findCommit(oldRevision)) === undefined ? `git knows no commit ${oldRevision} here` : undefined
  },
  async run({ serverUrl, repetitions = 1, untilMs, say }) {
    const violations: string[] = []
    const counts = { deploys: 0, queries: 0, failed: 0, charged: 0 }
    const commit = (await findCommit(oldRevision))!
    for (; counts.deploys < repetitions && performance.now() < untilMs; counts.deploys++) {
      await withCheckout(commit, (folder) => deployOnce(serverUrl, folder, counts, violations, say))
    }
    return {
      counts: [
        { what: 'deploys', count: counts.deploys },
        { what: 'queries', count: counts.queries },
        { what: 'queries that were not accepted, or did not succeed', count: counts.failed, most: 0 },
        { what: 'attempts charged', count: counts.charged, most: 0 },
        { what: 'violations', count: violations.length, most: 0 },
      ],
      measures: [],
      violations,
    }
  },
}

async function deployOnce(
  serverUrl: string,
  oldFolder: string,
  counts: { queries: number; failed: number; charged: number },
  violations: string[],
  say: (text: string) => void,
): Promise<void> {
  let folder = oldFolder
  await using stack = await Stack.start({
    controlServer: serverUrl,
    sourceServer: serverUrl,
    workers: 2,
    servers: 2,
    programFolder: () => folder,
  })
  const load = new SteadyLoad(stack, perSecond)
  await sleep(pauseMs)
  folder = packageRoot
  const { stdout } = await execFileAsync(process.execPath, [join(folder, 'bin', 'sluice.js'), 'migrate'], {
    env: { ...process.env, DATABASE_URL: stack.serverWay.url },
  })
  say(`  ${stdout.trim().split('\n').at(-1)}`)
  await sleep(pauseMs)
  for (const process of [stack.workers[0]!, stack.servers[0]!, stack.workers[1]!, stack.servers[1]!]) {
    const { restarts } = process
    await process.end('SIGTERM')
    await until(`${process.name} is started again`, patienceMs, () => process.restarts > restarts)
    await stack.works()
    await sleep(pauseMs)
  }
  await load.stop()
  counts.queries += load.answered.length
  await until('every query has ended', patienceMs, async () => (await notSucceeded(stack, true)) === 0)
  const refused = load.answered.filter(({ status }) => status < 200 || status >= 300)
  counts.failed += refused.length + (await notSucceeded(stack, false))
  const { rows } = await stack.control.query<{ charged: number }>(
    'select coalesce(sum(greatest(attempt - interruptions - 1, 0)), 0)::integer as charged from sluice.queries',
  )
  counts.charged += rows[0]!.charged
  for (const { status } of refused.slice(0, 5))
    violations.push(`a query was answered ${status || 'with a broken connection'}`)
  violations.push(...findings(await audit(stack.controlUrl)))
  if (violations.length > 0) say(stack.outputs)
}

/** How many queries go on, or else have ended otherwise than with success. */
async function notSucceeded(stack: Stack, goOn: boolean): Promise<number> {
  const { rows } = await stack.control.query<{ count: number }>(
    `select count(*)::integer as count from sluice.queries
     where state <> 'succeeded' and (state in ('queued', 'running', 'canceling')) = $1`,
    [goOn],
  )
  return rows[0]!.count
}
