import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { rollUp } from '../../src/queries/statistics.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, addWorker, outcomeOf, stateOf, submit, submitAndClaim } from '../helpers/runs.ts'
import { eventually } from '../helpers/eventually.ts'
import { insertSchedule } from '../helpers/schedules.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const page = await readFile(join(packageRoot, 'docs', 'psql.md'), 'utf8')

/** Statements of the page, each with the name of what its `…` stands for. */
const statements = [
  ...[...page.matchAll(/`((?:select|update) [^`]+;)`/g)].map(([, text]) => text!),
  ...[...page.matchAll(/^```sql\n(.*?)^```/gms)].flatMap(([, block]) => block!.trim().split('\n')),
  ...[...page.matchAll(/^=> ([^\\].*;)$/gm)].map(([, text]) => text!),
]

let ended: string
let worker: string

beforeAll(async () => {
  worker = await addWorker(pool)
  await insertSchedule(pool, { name: 'nightly' })
  await submitAndClaim(pool, worker, 'default')
  const claimed = await submitAndClaim(pool, worker, await addLane(pool))
  await finishMany(pool, [outcomeOf(claimed, 'succeeded', { expiresOn: '2100-01-01', rows: 7, rawBytes: 70 })])
  ended = claimed.queryId
  await submit(pool, { lane: 'reports' })
  await rollUp(pool)
})

/** Runs a statement and takes it back; what it is refused with, if it is. */
async function attempt(text: string): Promise<string | undefined> {
  const client = await pool.connect()
  await client.query('begin')
  try {
    await client.query(text)
    return undefined
  } catch (error) {
    return `${(error as { detail?: string }).detail} ${(error as Error).message}`
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('every statement of docs/psql.md does what the page says', async () => {
  expect(statements.length).toBeGreaterThan(35)
  const refused: Record<string, string> = {}
  for (const statement of statements) {
    const id = statement.includes('drain_worker') ? worker : ended
    const text = statement.replaceAll('…', id).replace(/create role (\w+)/, `create role "$1_${database.name}"`)
    const refusal = await attempt(text)
    if (refusal !== undefined) refused[statement] = refusal
  }
  expect(refused).toEqual({
    "select sluice.submit('select 1', lane => 'nightly');": 'code: unknown_lane There is no lane nightly.',
  })
})

test('statements of docs/psql.md find what is there', async () => {
  for (const [question, least] of [
    ['who works', 1],
    ['what runs', 1],
    ['what waits', 1],
    ['how the lanes are', 2],
    ['what happened, minute by minute', 2],
    ['what it costs', 1],
    ['what happened to it', 3],
  ] as const) {
    const [, text] = new RegExp(`^\\| ${question} .*?\`([^\`]+;)\``, 'm').exec(page)!
    const { rows } = await pool.query(text!.replaceAll('…', ended))
    expect({ question, found: rows.length >= least }).toEqual({ question, found: true })
  }
})

test('docs/psql.md names every view, and every function that an operator may call', async () => {
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'sluice'::regnamespace and relkind = 'v'
       and relname not in ('stored_chunks', 'stored_results')
     union all select proname from pg_proc where pronamespace = 'sluice'::regnamespace and prosecdef`,
  )
  expect(rows.map(({ name }) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([])
})

test('the rows of a result come to psql, where the page says that they do', async () => {
  await using _worker = await startWorker(database)
  const id = await submit(pool, { sql: 'select 1 as x union all select 2' })
  await eventually(async () => expect(await stateOf(pool, id)).toBe('succeeded'))
  const [, texts] = /^\| rows of a result .*?`(call [^`]+;)`/m.exec(page)!
  const found: unknown[] = []
  // Each by itself, as psql sends them: `call` comes in no transaction.
  for (const text of texts!.split(/(?<=;) /)) found.push(...(await pool.query(text.replaceAll('…', id))).rows)
  expect(found).toEqual([{ result_rows: { x: 1 } }, { result_rows: { x: 2 } }])
})
