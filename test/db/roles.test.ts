import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cancel } from '../../src/queries/cancel.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, addWorker, submit } from '../helpers/runs.ts'
import { insertSchedule } from '../helpers/schedules.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const password = 'of-a-test'
const roles = { reader: `${database.name}_reader`, operator: `${database.name}_operator` }
const logins: Record<string, pg.Client> = {}

beforeAll(async () => {
  for (const [kind, role] of Object.entries(roles)) {
    await pool.query(`create role ${role} login password '${password}' in role sluice_${kind}`)
    const url = new URL(database.url)
    url.username = role
    url.password = password
    logins[kind] = new pg.Client({ connectionString: url.href })
    await logins[kind].connect()
  }
})

afterAll(async () => {
  for (const [kind, role] of Object.entries(roles)) {
    await logins[kind]!.end()
    await pool.query(`drop role ${role}`)
  }
})

const secrets = new Set([
  'results',
  'result_copies',
  'source_secrets',
  'webhook_secrets',
  'idempotency_keys',
  'chunks',
  'installation',
  'dropped_objects',
  // They show values of parameters.
  'plans',
])

/** Columns of tables that hold a value of a user, a row of a result or a secret. */
const hidden = new Set(['queries.params', 'schedules.params', 'webhooks.url'])

interface Relation {
  name: string
  kind: 'r' | 'v' | 'p'
  columns: string[]
  /** One that an update could set. */
  settable: string
}

async function relations(): Promise<Relation[]> {
  const { rows } = await pool.query<Relation>(
    `select relname as name, relkind as kind,
       array_agg(attname::text order by attnum) as columns,
       max(attname::text) filter (where attgenerated = '' and attidentity = '') as settable
     from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
     where relnamespace = 'sluice'::regnamespace and relkind in ('r', 'v', 'p') and not relispartition
     group by pg_class.oid order by relname`,
  )
  return rows
}

/** SQLSTATE that the statement fails with, for the role; undefined: it does not. */
async function codeOf(role: string, statement: string): Promise<string | undefined> {
  return await logins[role]!.query(statement).then(
    () => undefined,
    (error: { code: string }) => error.code,
  )
}

/** Statements of which each must be refused, with those that are not and why. */
async function notDenied(role: string, statements: string[]): Promise<string[]> {
  const found: string[] = []
  for (const statement of statements) {
    const code = await codeOf(role, statement)
    if (code !== '42501') found.push(`${code} ${statement}`)
  }
  return found
}

test.each(['reader', 'operator'])(
  'sluice_%s may look at every view, at no secret, and change no table',
  async (role) => {
    const all = await relations()
    const tables = all.filter(({ kind }) => kind !== 'v')
    for (const { name } of all.filter(({ kind }) => kind === 'v')) {
      expect({ name, code: await codeOf(role, `select * from sluice.${name}`) }).toEqual({ name, code: undefined })
    }
    const secretColumns = tables.flatMap(({ name, columns }) =>
      columns
        .filter((column) => secrets.has(name) || hidden.has(`${name}.${column}`))
        .map((column) => `select ${column} from sluice.${name}`),
    )
    expect(secretColumns.length).toBeGreaterThan(30)
    expect(await notDenied(role, secretColumns)).toEqual([])
    const changes = tables.flatMap(({ name, settable }) => [
      `delete from sluice.${name}`,
      `insert into sluice.${name} default values`,
      `update sluice.${name} set ${settable} = null`,
      `truncate sluice.${name}`,
    ])
    expect(await notDenied(role, [...changes, 'create table sluice.mine ()'])).toEqual([])
    for (const table of ['queries', 'lanes', 'workers', 'sources', 'deliveries', 'audit', 'statements']) {
      const { columns } = tables.find(({ name }) => name === table)!
      const visible = columns.filter((column) => !hidden.has(`${table}.${column}`))
      const code = await codeOf(role, `select ${visible.join()} from sluice.${table}`)
      expect({ table, code }).toEqual({ table, code: undefined })
    }
  },
)

/** A call of each function that operators have. */
async function calls(): Promise<Record<string, string>> {
  const [lane, worker, ended] = [await addLane(pool), await addWorker(pool), await submit(pool)]
  await cancel(pool, ended)
  const schedule = `s-${lane}`
  await insertSchedule(pool, { name: schedule })
  return {
    submit: `select sluice.submit('select 1', lane => '${lane}') as done`,
    cancel: `select sluice.cancel('${await submit(pool, { lane })}') as done`,
    retry: `select sluice.retry('${ended}') as done`,
    pause_lane: `select sluice.pause_lane('${lane}')`,
    resume_lane: `select sluice.resume_lane('${lane}')`,
    drain_worker: `select sluice.drain_worker('${worker}')`,
    run_schedule: `select sluice.run_schedule('${schedule}') as done`,
    pause_schedule: `select sluice.pause_schedule('${schedule}')`,
    resume_schedule: `select sluice.resume_schedule('${schedule}')`,
  }
}

test('sluice_operator may call the functions that act, sluice_reader may not', async () => {
  const all = Object.values(await calls())
  expect(await notDenied('reader', all)).toEqual([])
  for (const call of all) expect({ call, code: await codeOf('operator', call) }).toEqual({ call, code: undefined })
})

test('what an operator does is kept under the name of his login, what the owner does is not', async () => {
  const { rows: before } = await pool.query<{ id: string }>('select coalesce(max(id), 0) as id from sluice.audit')
  for (const call of Object.values(await calls())) {
    await logins['operator']!.query(call)
  }
  const [lane, id] = [await addLane(pool), await submit(pool)]
  await pool.query('select sluice.pause_lane($1), sluice.cancel($2)', [lane, id])
  const { rows } = await pool.query('select distinct actor, action from sluice.audit where id > $1 order by action', [
    before[0]!.id,
  ])
  expect(rows).toEqual(
    [
      'lane.pause',
      'lane.resume',
      'query.cancel',
      'query.retry',
      'query.submit',
      'schedule.pause',
      'schedule.resume',
      'schedule.run',
      'worker.drain',
    ].map((action) => ({ actor: roles.operator, action })),
  )
})

test('no other function works with rights that its caller has not, and each that does looks nothing up elsewhere', async () => {
  const { rows } = await pool.query<{ name: string; settings: string[] | null }>(
    `select proname as name, proconfig as settings from pg_proc
     where pronamespace = 'sluice'::regnamespace and prosecdef order by proname`,
  )
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(await calls()).toSorted())
  for (const { settings } of rows) expect(settings).toContain('search_path=pg_catalog, pg_temp')
  const others = [
    `select sluice.submit_many('[{"sql": "select 1"}]')`,
    `select sluice.delete_result(gen_random_uuid())`,
    `select sluice.keep_result(gen_random_uuid(), 5)`,
    `select sluice.drop_old_history('0', 1)`,
  ]
  expect(await notDenied('operator', others)).toEqual([])
})

test('rights are given again for what a migration adds, and a role that is not there keeps nothing from running', async () => {
  await pool.query('create view sluice.added as select 1 as one')
  expect(await codeOf('reader', 'select * from sluice.added')).toBe('42501')
  const { rows } = await pool.query<{ granted: boolean }>('select sluice.grant_roles() as granted')
  expect(rows).toEqual([{ granted: true }])
  expect(await codeOf('reader', 'select * from sluice.added')).toBeUndefined()
  await pool.query('drop view sluice.added')
})
