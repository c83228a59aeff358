import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/newId.ts'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { countQueries, findQueries, type QueryFilter } from '../../src/queries/find.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { searchInSteps, type Place } from '../../src/queries/steps.ts'
import type { State } from '../../src/queries/states.ts'
import { rollUp } from '../../src/queries/statistics.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, addWorker, outcomeOf, submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const [worker, otherWorker] = [await addWorker(pool), await addWorker(pool)]

interface Made {
  id: string
  lane: string
  sql: string
  state: State
  labels: Record<string, string>
  worker_id: string | null
  code: string | null
  submitted_at: Date
}

/** Queries in every state, some of lanes and workers that have few; the newest first. */
async function makeSome(): Promise<void> {
  for (const [lane, by] of [
    [await addLane(pool), worker],
    [await addLane(pool), otherWorker],
  ] as const) {
    for (const state of ['succeeded', 'failed', 'timed_out', 'canceled', 'running', 'canceling', 'queued'] as const) {
      const labels: Record<string, string> =
        state === 'failed' ? { team: 'bi', 'a:b': 'c' } : state === 'queued' ? { team: 'bi' } : {}
      const id = await submit(pool, { id: newId(), lane, labels, sql: `select '100%_${state}'` })
      if (state === 'canceled') await cancel(pool, id)
      if (state === 'queued' || state === 'canceled') continue
      const [claimed] = await claim(pool, by, lane, 1, false)
      if (state === 'canceling') await cancel(pool, id)
      if (state === 'canceling' || state === 'running') continue
      await finishMany(pool, [outcomeOf(claimed!, state)])
    }
  }
}

beforeAll(async () => {
  await makeSome()
  await rollUp(pool)
  await makeSome()
  // The number of an event that history does not know, because its transaction ends later.
  const late = await pool.connect()
  await late.query('begin')
  const { rows } = await late.query<{ id: string }>(`select sluice.submit('select 2') as id`)
  await late.query('select sluice.cancel($1)', [rows[0]!.id])
  await makeSome()
  await rollUp(pool)
  await late.query('commit')
  late.release()
  await makeSome()
})

const everything = async (): Promise<Made[]> =>
  (
    await pool.query<Made>(
      `select id, lane, sql, state, labels, worker_id, error ->> 'code' as code, submitted_at
       from sluice.queries where tenant = 'default' order by id desc`,
    )
  ).rows

/** What the filter means, said once more. */
function matches(query: Made, filter: QueryFilter): boolean {
  const { states, lanes, labels = {}, q = '', worker: by, code, submittedAfter, submittedBefore, before } = filter
  return (
    (states?.includes(query.state) ?? true) &&
    (lanes?.includes(query.lane) ?? true) &&
    Object.entries(labels).every(([name, value]) => query.labels[name] === value) &&
    query.sql.toLowerCase().includes(q.toLowerCase()) &&
    (by === undefined || query.worker_id === by) &&
    (code === undefined || query.code === code) &&
    (submittedAfter === undefined || query.submitted_at >= submittedAfter) &&
    (submittedBefore === undefined || query.submitted_at < submittedBefore) &&
    (before === undefined || query.id < before)
  )
}

/** Everything that matches, by searches that may take one small step each and go on where the last one stopped. */
async function inSmallSteps(filter: QueryFilter): Promise<string[]> {
  const found: string[] = []
  let place: Place | undefined
  do {
    const at = { ...filter, before: place?.before ?? filter.before }
    const { rows, next } = await searchInSteps(pool, 'default', at, 4, { budgetMs: 0, leastRows: 3 })
    expect(next === undefined || place === undefined || next.before < place.before).toBe(true)
    found.push(...rows.map(({ id }) => id))
    place = next
  } while (place !== undefined)
  return found
}

test('a list holds exactly what matches, whether history knows it or not, and its count is the number', async () => {
  const all = await everything()
  const middle = all[Math.floor(all.length / 2)]!
  const filters: QueryFilter[] = [
    {},
    { states: ['succeeded'] },
    { states: ['queued'] },
    { states: ['running', 'canceled'] },
    { states: ['failed', 'timed_out', 'canceling'] },
    { lanes: [all[0]!.lane] },
    { lanes: [all[0]!.lane, all.at(-1)!.lane] },
    { sources: ['elsewhere'], lanes: ['nowhere'] },
    { labels: { team: 'bi' } },
    { labels: { team: 'bi', 'a:b': 'c' } },
    { labels: { a: 'b:c' } },
    { labels: { team: 'bi' }, states: ['queued'] },
    { q: 'SELECT 2' },
    { q: '%' },
    { q: '100%_f' },
    { q: '_timed\\' },
    { q: 'x' },
    { worker },
    { worker: otherWorker, states: ['running'] },
    { code: 'sql_error' },
    { code: 'statement_timeout', q: 'timed' },
    { submittedAfter: middle.submitted_at },
    { submittedBefore: middle.submitted_at, states: ['failed', 'queued'] },
    { before: middle.id },
    { before: middle.id, labels: { team: 'bi' }, q: 'failed' },
    { q: 'Select', lanes: [all[0]!.lane], states: ['failed', 'timed_out'], labels: { team: 'bi' } },
    { states: ['succeeded', 'queued'], lanes: [all[0]!.lane, all.at(-1)!.lane], sources: ['default'] },
    { submittedAfter: all.at(-3)!.submitted_at, submittedBefore: middle.submitted_at, q: 'succeeded' },
  ]
  for (const filter of filters) {
    const wanted = all.filter((query) => matches(query, filter)).map(({ id }) => id)
    expect({ filter, ids: await findQueries(pool, 'default', filter, 1000) }).toEqual({ filter, ids: wanted })
    expect(await findQueries(pool, 'default', filter, 3)).toEqual(wanted.slice(0, 3))
    expect(await countQueries(pool, 'default', filter, 1000)).toMatchObject({ count: wanted.length, complete: true })
    expect({ filter, ids: await inSmallSteps(filter) }).toEqual({ filter, ids: wanted })
  }
  expect(await countQueries(pool, 'default', {}, 5)).toMatchObject({ count: 5, complete: false })
  expect(await findQueries(pool, 'another', {}, 1000)).toEqual([])
})

test('texts that are found first narrow a search, whether few or many queries have them', async () => {
  const all = await everything()
  for (const q of ['timed', 'select', 'nowhere']) {
    const wanted = all.filter((query) => matches(query, { q })).map(({ id }) => id)
    const { rows, next } = await searchInSteps(pool, 'default', { q }, 1000, { budgetMs: 60_000, leastRows: 2 })
    expect({ ids: rows.map(({ id }) => id), next }).toEqual({ ids: wanted, next: undefined })
  }
})

test('a query that was repeated is not found where those are asked for that were not', async () => {
  const [failed] = await findQueries(pool, 'default', { states: ['failed'] }, 1)
  await pool.query('select sluice.retry($1)', [failed])
  const rest = await findQueries(pool, 'default', { states: ['failed'], repeated: false }, 1000)
  const all = await findQueries(pool, 'default', { states: ['failed'] }, 1000)
  expect(rest).toEqual(all.filter((id) => id !== failed))
})

test('a list is whole while nobody counts what happens', async () => {
  await pool.query(`update sluice.statistics_state set rolled_up_at = now() - interval '1 hour'`)
  const all = (await everything()).filter(({ labels }) => labels['team'] === 'bi').map(({ id }) => id)
  expect(await findQueries(pool, 'default', { labels: { team: 'bi' } }, 1000)).toEqual(all)
  await rollUp(pool)
})

test('labels as long as they may be are counted', async () => {
  // Of characters that do not compress, so that no index could hold them whole.
  const value = Array.from({ length: 1000 }, (_, i) => String.fromCharCode(0x4e00 + ((i * 7919) % 20_000))).join('')
  const id = await submit(pool, { labels: { long: value } })
  await cancel(pool, id)
  await rollUp(pool)
  expect(await findQueries(pool, 'default', { labels: { long: value }, states: ['canceled'] }, 10)).toEqual([id])
  const { rows } = await pool.query(`select label from sluice.statistics_usage where label like 'long:%'`)
  expect(rows).toEqual([{ label: `long:${value}`.slice(0, 500) }])
})

test('what history knows of a query goes with it', async () => {
  const id = await submit(pool, { labels: { going: randomUUID() } })
  await cancel(pool, id)
  await rollUp(pool)
  const known = `
    select (select count(*) from sluice.history where query_id = $1)::int as history,
      (select count(*) from sluice.history_labels where query_id = $1)::int as labels`
  expect((await pool.query(known, [id])).rows).toEqual([{ history: 1, labels: 1 }])
  await pool.query('delete from sluice.queries where id = $1', [id])
  expect((await pool.query(known, [id])).rows).toEqual([{ history: 0, labels: 0 }])
})
