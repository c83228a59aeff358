import { execFile } from 'node:child_process'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverAccount } from '../../../src/cli/dev/account.ts'
import { audit } from '../../../src/doctor/examine.ts'
import { Client, type SeenQuery } from '../stack/client.ts'
import { findings } from '../stack/judge.ts'
import type { Stack } from '../stack/stack.ts'
import { until } from '../until.ts'
import { withOwnServer, type Rig } from './rig.ts'

const execFileAsync = promisify(execFile)

const diskMib = 48
/** Of text that does not compress: more than half of the disk. */
const largeRows = 900_000
const large = `select n, md5(n::text) || md5((-n)::text) as text from generate_series(1, ${largeRows}) n`
const largeAtOnce = 4
const small = 20
const patienceMs = 120_000

export const diskFull: Rig = {
  name: 'disk-full',
  what: `chunks lie on a disk of ${diskMib} MiB: large results fail and say so, everything else works, space comes back`,
  async unavailable() {
    if (process.platform === 'linux' && process.getuid?.() === 0) return undefined
    return await Promise.resolve('it mounts a small disk, for which it must be root on Linux')
  },
  async run({ serverUrl, repetitions = 3, untilMs }) {
    const violations: string[] = []
    const counts = { rounds: 0, full: 0, succeeded: 0, small: 0, restarts: 0 }
    await withOwnServer(serverUrl, { workers: 2 }, async (stack, controlServer) => {
      const disk = join(controlServer.folder, 'small-disk')
      await mountSmallDisk(disk)
      try {
        await stack.control.query(`create tablespace small_disk location '${disk}'`)
        await putChunksOn(stack, 'small_disk')
        for (; counts.rounds < repetitions && performance.now() < untilMs; counts.rounds++) {
          await fillOnce(stack, disk, counts, violations)
        }
        counts.restarts = stack.server.restarts + stack.workers.reduce((sum, { restarts }) => sum + restarts, 0)
        violations.push(...findings(await audit(stack.controlUrl)))
        await stack.control.query('truncate sluice.chunks')
        await putChunksOn(stack, 'pg_default')
      } finally {
        // Sessions may have files of it open still.
        await execFileAsync('umount', ['--lazy', disk])
      }
    })
    return {
      counts: [
        { what: 'rounds', count: counts.rounds },
        { what: 'large results that failed with result_store_full', count: counts.full, least: counts.rounds },
        { what: 'large results that fit', count: counts.succeeded },
        { what: 'small queries meanwhile, all succeeded', count: counts.small },
        { what: 'ends of processes', count: counts.restarts, most: 0 },
        { what: 'violations', count: violations.length, most: 0 },
      ],
      measures: [],
      violations,
    }
  },
}

async function mountSmallDisk(folder: string): Promise<void> {
  await mkdir(folder)
  await execFileAsync('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m`, 'tmpfs', folder])
  const account = await serverAccount()
  if (account !== undefined) await chown(folder, account.uid, account.gid)
}

async function putChunksOn(stack: Stack, tablespace: string): Promise<void> {
  const { rows } = await stack.control.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'sluice.chunks'::regclass`,
  )
  for (const { name } of rows) await stack.control.query(`alter table ${name} set tablespace ${tablespace}`)
}

/** Vacuum itself writes a little, so the disk is larger meanwhile. */
async function vacuumChunks(stack: Stack, disk: string): Promise<void> {
  await execFileAsync('mount', ['-o', `remount,size=${2 * diskMib}m`, disk])
  await stack.control.query('vacuum sluice.chunks')
  await execFileAsync('mount', ['-o', `remount,size=${diskMib}m`, disk])
}

async function fillOnce(
  stack: Stack,
  disk: string,
  counts: { full: number; succeeded: number; small: number },
  violations: string[],
): Promise<void> {
  const client = new Client(stack)
  const untilMs = performance.now() + patienceMs
  const submit = async (sql: string): Promise<string> => {
    const id = (await client.submit({ sql }, crypto.randomUUID(), untilMs))?.id
    if (id === undefined) throw new Error(`A query was not accepted: ${client.lastProblem}`)
    return id
  }
  const ended = async (id: string): Promise<SeenQuery> => {
    let query: SeenQuery | undefined
    await until(`query ${id} has ended`, patienceMs, async () => {
      query = await client.read(id, untilMs)
      return query !== undefined && !['queued', 'running', 'canceling'].includes(query.state)
    })
    return query!
  }
  const largeIds = await Promise.all(Array.from({ length: largeAtOnce }, () => submit(large)))
  const smallEnds = await Promise.all(Array.from({ length: small }, async () => await ended(await submit('select 1'))))
  const largeEnds = await Promise.all(largeIds.map(ended))
  for (const { id, state, error } of smallEnds) {
    if (state === 'succeeded') counts.small++
    else violations.push(`small query ${id} ended as ${state} (${error?.code})`)
  }
  for (const { id, state, error } of largeEnds) {
    if (state === 'succeeded') counts.succeeded++
    else if (error?.code === 'result_store_full') counts.full++
    else violations.push(`large query ${id} ended as ${state} (${error?.code})`)
  }
  const { rows } = await stack.control.query<{ left: number }>(
    `select count(*)::integer as left from sluice.chunks join sluice.queries on queries.id = query_id where state = 'failed'`,
  )
  if (rows[0]!.left > 0) violations.push(`${rows[0]!.left} chunks of failed queries are left`)
  const canceled = await submit('select pg_sleep(60)')
  await client.cancel(canceled, untilMs)
  if ((await ended(canceled)).state !== 'canceled') violations.push(`query ${canceled} was not canceled`)

  // Space comes back when results are deleted and the tables vacuumed.
  for (const { id } of largeEnds.filter(({ state }) => state === 'succeeded')) {
    await fetch(`${stack.apiUrl}/v1/queries/${id}/result`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${stack.apiKey}` },
    })
  }
  await vacuumChunks(stack, disk)
  const again = await ended(await submit(large))
  if (again.state !== 'succeeded')
    violations.push(`with space again, ${again.id} ended as ${again.state} (${again.error?.code})`)
  await fetch(`${stack.apiUrl}/v1/queries/${again.id}/result`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${stack.apiKey}` },
  })
  await vacuumChunks(stack, disk)
}
