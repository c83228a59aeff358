import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { audit } from '../../../src/doctor/examine.ts'
import { seeded, type Random } from '../random.ts'
import { Client } from '../stack/client.ts'
import { findings } from '../stack/judge.ts'
import { Stack } from '../stack/stack.ts'
import { until } from '../until.ts'
import type { Rig } from './rig.ts'

const parallel = 6
const patienceMs = 30_000
/** Either may come so much before the other. */
const mostAheadMs = 12

interface Figures {
  canceled: number
  succeeded: number
  violations: string[]
}

export const cancelRace: Rig = {
  name: 'cancel-race',
  what: 'cancel against completion: a barrier lets the statement end at the moment of the cancel; exactly one must win',
  async run({ seed, repetitions = 1_000, untilMs, serverUrl }) {
    const figures: Figures = { canceled: 0, succeeded: 0, violations: [] }
    await using stack = await Stack.start({ controlServer: serverUrl, sourceServer: serverUrl, workers: 2 })
    let next = 0
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        const { rows } = await stack.source.query<{ name: string }>('select current_database() as name')
        const address = new URL(serverUrl)
        address.pathname = rows[0]!.name
        const barrier = new pg.Client({
          connectionString: address.toString(),
          application_name: 'sluice test (barrier)',
        })
        await barrier.connect()
        while (next < repetitions && performance.now() < untilMs) {
          const key = next++
          await raceOnce(stack, barrier, key, seeded(seed + key), figures)
        }
        await barrier.end()
      }),
    )
    figures.violations.push(...findings(await audit(stack.controlUrl)))
    return {
      counts: [
        { what: 'races', count: figures.canceled + figures.succeeded },
        { what: 'won by the cancel', count: figures.canceled, least: 1 },
        { what: 'won by completion', count: figures.succeeded, least: 1 },
        { what: 'without exactly one winner', count: figures.violations.length, most: 0 },
      ],
      measures: [],
      violations: figures.violations,
    }
  },
}

/** One query waits for a lock; the lock is let go and the query canceled at the same time. */
async function raceOnce(
  stack: Stack,
  barrier: pg.Client,
  key: number,
  random: Random,
  figures: Figures,
): Promise<void> {
  const client = new Client(stack)
  await barrier.query('select pg_advisory_lock($1)', [key])
  const body = { sql: 'select 42 as answer from pg_advisory_xact_lock_shared($1::bigint)', params: [key] }
  const untilMs = performance.now() + patienceMs
  const id = (await client.submit(body, crypto.randomUUID(), untilMs))?.id
  if (id === undefined) throw new Error('A query was not accepted.')
  await until(
    'the query waits for the lock',
    patienceMs,
    async () => {
      const { rowCount } = await stack.source.query(
        `select from pg_locks where locktype = 'advisory' and objid = $1::oid and not granted
           and database = (select oid from pg_database where datname = current_database())`,
        [key],
      )
      return rowCount === 1
    },
    5,
  )
  const aheadMs = random.between(-mostAheadMs, mostAheadMs)
  const [told] = await Promise.all([
    sleep(Math.max(0, -aheadMs)).then(() => client.cancel(id, untilMs)),
    sleep(Math.max(0, aheadMs)).then(() => barrier.query('select pg_advisory_unlock($1)', [key])),
  ])
  let state: string | undefined
  await until(
    'the query has ended',
    patienceMs,
    async () => {
      state = (await client.read(id, untilMs))?.state
      return state === 'canceled' || state === 'succeeded' || state === 'failed' || state === 'timed_out'
    },
    20,
  )
  const title = `race ${key} (${aheadMs.toFixed(1)} ms)`
  if (state === 'canceled') figures.canceled++
  else if (state === 'succeeded') figures.succeeded++
  else figures.violations.push(`${title} ended as ${state}`)
  const isAccepted = told?.state === 'canceling' || told?.state === 'canceled'
  if (isAccepted !== (state === 'canceled')) {
    figures.violations.push(`${title}: the cancel was told ${told?.state}, and the query ended as ${state}`)
  }
  const { rows } = await stack.control.query<{ results: number }>(
    `select (select count(*) from sluice.results where query_id = $1 and complete)::integer as results`,
    [id],
  )
  if ((rows[0]!.results === 1) !== (state === 'succeeded')) {
    figures.violations.push(`${title} ended as ${state} with ${rows[0]!.results} results`)
  }
  const { rowCount: running } = await stack.source.query(
    `select from pg_stat_activity where application_name like $1 and state <> 'idle'`,
    [`sluice:${id}:%`],
  )
  if (running !== 0) figures.violations.push(`${title} ended as ${state} while its statement went on`)
}
