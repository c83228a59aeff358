/** `npm start`'s command as a black box, in a fresh folder. One file, one order: making the sample data takes long. */
import { execFile } from 'node:child_process'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { flechette } from '../arrow/readers.ts'
import { runCli } from '../cli/runCli.ts'
import { eventually } from '../helpers/eventually.ts'
import { freePort } from '../helpers/server.ts'
import { startDev, type DevProcess } from './startDev.ts'

const startMs = 300_000
const folder = await mkdtemp(join(tmpdir(), `sluice-test-${process.pid}-dev-`))
const port = await freePort()
const embeddedPort = await freePort()
const url = `http://127.0.0.1:${port}`
const environment = {
  SLUICE_DATA_DIR: folder,
  SLUICE_PORT: String(port),
  SLUICE_EMBEDDED_PORT: String(embeddedPort),
  SLUICE_DRAIN_SECONDS: '1',
}

let dev: DevProcess
let controlUrl: string
let workerPid: number
let answered: string
let interrupted: string

afterAll(() => rm(folder, { recursive: true, force: true }))

test(
  'Ctrl-C while the sample data are made stops the start and all that it started',
  async () => {
    dev = startDev(environment)
    await dev.printed(/Making 1,000,000 rows of sample data/)
    dev.signal('SIGINT')
    expect(await dev.exited).toEqual({ code: 0, signal: null })
    expect(dev.output()).toMatch(/Stopping …\nStopped\. The data is kept for the next start\.\n$/)
    expect(dev.output()).not.toContain('Sluice is ready')
    await expectNothingLeft()
  },
  startMs,
)

describe('started', () => {
  beforeAll(async () => {
    dev = await startAndGreet()
  }, startMs)

  test('it greets with its address and the first commands, and warns of nothing', () => {
    expect(dev.output()).toContain(`Sluice is ready at ${url} (no login: for this machine only).`)
    expect(dev.output()).toContain(`Start page ${url}/   API ${url}/docs   Ctrl-C stops everything.`)
    expect(dev.errors()).toBe('')
  })

  test('the printed sluice query works as it stands', async () => {
    const [command] = await dev.printed(/npx sluice query .*/)
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: packageRoot })
    expect(stdout).toContain('(5 rows')
    expect(stdout).toMatch(/view +│ +6\d{5}\n/)
  })

  test('the printed psql command works as it stands', async () => {
    const [command] = await dev.printed(/psql .*/)
    const { stdout } = await promisify(execFile)('sh', ['-c', command])
    expect(stdout).toContain('succeeded')
  })

  test("the README's first request gets the answer that stands there", async () => {
    const [command, answer] = await readmeExample(/^curl .*\/v1\/queries\?wait=10'/)
    const body = JSON.parse(/-d '(.*)'/.exec(command)![1]!) as object
    const accept = /'Accept: ([^']*)'/.exec(command)![1]!
    const { body: csv } = await post('/v1/queries?wait=10', body, { accept })
    expect(csv.toString().replaceAll('\r', '')).toBe(answer)
  })

  test("the README's first sluice query prints the table that stands there", async () => {
    const [command, answer] = await readmeExample(/^npx sluice query /)
    const sql = /"(.*)"/.exec(command)![1]!
    const { stdout } = await runCli(['query', sql], { env: { SLUICE_URL: url } })
    expect(withoutTime(stdout)).toBe(withoutTime(answer))
  })

  test('a query that is waited for is answered with its rows', async () => {
    const { status, json } = await post('/v1/queries?wait=30', { sql: 'select count(*) as n from events' })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      state: 'succeeded',
      result: { columns: [{ name: 'n', type: 'int8' }], preview: { rows: [['1000000']], complete: true } },
    })
    answered = json.id
  })

  test('a long poll is held until the query ends', async () => {
    const submitted = await post('/v1/queries', { sql: 'select 7 as x from pg_sleep(1)' })
    expect(submitted.status).toBe(202)
    expect(submitted.json.state).toMatch(/^(queued|running)$/)
    const { json } = await get(`/v1/queries/${submitted.json.id}?wait=30`)
    expect(json).toMatchObject({ state: 'succeeded', result: { preview: { rows: [[7]] } } })
  })

  test('a result of many chunks is had as CSV, JSON, NDJSON and Arrow', async () => {
    const { json } = await post('/v1/queries?wait=60', { sql: 'select id, kind, amount from events order by id' })
    expect(json).toMatchObject({ state: 'succeeded', result: { rows: 1_000_000, complete: true } })
    expect(json.result.chunks).toBeGreaterThan(10)
    const result = `/v1/queries/${json.id}/result`

    const csv = (await get(`${result}?format=csv`)).body.toString().trimEnd().split('\n')
    expect(csv).toHaveLength(1_000_001)
    expect(csv[0]?.trimEnd()).toBe('id,kind,amount')
    expect(csv.at(-1)).toMatch(/^1000000,/)

    const part = `${result}?offset=999990&limit=5&format=`
    const rows = (await get(`${part}json`)).json.rows as unknown[][]
    expect(rows.map(([id]) => id)).toEqual(['999991', '999992', '999993', '999994', '999995'])

    const ndjson = (await get(`${part}ndjson`)).body.toString()
    expect(
      ndjson
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows)

    const arrow = flechette((await get(`${part}arrow`)).body)
    expect(arrow.fields.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'Int64'],
      ['kind', 'Utf8'],
      ['amount', 'Decimal128(10, 2)'],
    ])
    expect(arrow.rows).toEqual(rows)
  })

  test('a cancel ends the statement at the source', async () => {
    const { json } = await post('/v1/queries', { sql: 'select pg_sleep(60)' })
    await eventually(async () => expect((await get(`/v1/queries/${json.id}`)).json.state).toBe('running'))
    const canceled = await post(`/v1/queries/${json.id}/cancel`)
    expect(canceled.status).toBe(202)
    expect(await get(`/v1/queries/${json.id}?wait=30`)).toMatchObject({ json: { state: 'canceled' } })
    await eventually(async () =>
      expect(
        await control(`select from pg_stat_activity where application_name like 'sluice:' || $1 || '%'`, json.id),
      ).toEqual([]),
    )
  })

  test('the start page, the pages of the API and its description answer', async () => {
    const start = await get('/')
    expect(start.headers.get('content-type')).toMatch(/^text\/html/)
    expect(start.body.toString()).toContain(`npx sluice query --url ${url} `)
    expect((await get('/docs')).body.toString()).toContain('swagger-ui')
    expect((await get('/openapi.json')).json).toMatchObject({ openapi: '3.1.0', info: { title: 'Sluice' } })
  })

  test.each([
    [`insert into events select * from events limit 1`, '25006'],
    [`delete from events`, '25006'],
    [`create table mine (x int)`, '25006'],
    [`select rolpassword from pg_authid`, '42501'],
    [`select pg_read_file('/etc/passwd')`, '42501'],
    [`copy (select 1) to program 'true'`, '42501'],
  ])('a query that does more than read events fails: %s', async (sql, sqlstate) => {
    expect(await post('/v1/queries?wait=30', { sql })).toMatchObject({
      json: { state: 'failed', error: { code: 'sql_error', sqlstate } },
    })
  })

  test.each([
    `insert into events select * from events limit 1`,
    `truncate events`,
    `create table mine (x int)`,
    `create temp table mine (x int)`,
    `create schema mine`,
    `create role another`,
    `create database another`,
  ])('the role of the sample source may not do it even without Sluice: %s', async (sql) => {
    const client = new pg.Client({ connectionString: await demoUrl('demo') })
    await client.connect()
    try {
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await client.end()
    }
  })

  test.each(['sluice', 'postgres', 'template1'])('the role of the sample source cannot connect to %s', async (name) => {
    const client = new pg.Client({ connectionString: await demoUrl(name) })
    await expect(client.connect()).rejects.toMatchObject({ code: '42501' })
  })

  test('a worker that is killed is started again', async () => {
    process.kill(workerPid, 'SIGKILL')
    expect(await post('/v1/queries?wait=60', { sql: 'select 1 as x' })).toMatchObject({ json: { state: 'succeeded' } })
    const pid = await findWorker()
    expect(pid).not.toBe(workerPid)
    workerPid = pid
    expect(dev.errors()).toContain('the worker died; it is started again')
  }, 90_000)

  test('a second sluice dev on the same folder is refused', async () => {
    const free = String(await freePort())
    const { code, stderr } = await runCli(['dev'], { env: { ...environment, SLUICE_PORT: free } })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `Another sluice dev (process ${dev.pid}) uses ${folder}. Stop it, or choose another folder with --data-dir.\n`,
    })
  })

  test('Ctrl-C puts back what runs and stops server, worker and PostgreSQL', async () => {
    interrupted = (await post('/v1/queries', { sql: 'select pg_sleep(600)' })).json.id
    await eventually(async () => expect((await get(`/v1/queries/${interrupted}`)).json.state).toBe('running'))
    dev.signal('SIGINT')
    expect(await dev.exited).toEqual({ code: 0, signal: null })
    expect(dev.output()).toMatch(/Stopping …\nStopped\. The data is kept for the next start\.\n$/)
    await expectNothingLeft()
  }, 60_000)
})

describe('started again', () => {
  beforeAll(async () => {
    dev = await startAndGreet()
  }, startMs)

  test('it has the data and the results of the time before', async () => {
    expect(dev.output()).not.toContain('sample data')
    expect((await get(`/v1/queries/${answered}/result?format=csv`)).body.toString()).toMatch(/^n\r?\n1000000\r?\n$/)
  })

  test('what was interrupted runs again', async () => {
    await eventually(async () => expect((await get(`/v1/queries/${interrupted}`)).json.state).toBe('running'))
    await post(`/v1/queries/${interrupted}/cancel`)
    expect(await get(`/v1/queries/${interrupted}?wait=30`)).toMatchObject({ json: { state: 'canceled', attempt: 2 } })
  })

  test(
    'killed, it leaves no worker behind, and the next start takes its PostgreSQL over',
    async () => {
      process.kill(dev.pid, 'SIGKILL')
      await dev.silent
      await eventually(() => expect(() => process.kill(workerPid, 0)).toThrow('ESRCH'))
      dev = await startAndGreet()
      expect(await post('/v1/queries?wait=30', { sql: 'select 1 as x' })).toMatchObject({
        json: { state: 'succeeded' },
      })
      dev.signal('SIGTERM')
      expect(await dev.exited).toEqual({ code: 0, signal: null })
      await expectNothingLeft()
    },
    startMs,
  )
})

/** The command of the README that matches, and the answer that it shows. */
async function readmeExample(pattern: RegExp): Promise<[command: string, answer: string]> {
  const readme = await readFile(join(packageRoot, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```\w*\n([^]*?)```/g)].map(([, text]) => text!)
  const at = blocks.findIndex((text) => pattern.test(text))
  return [blocks[at]!, blocks[at + 1]!]
}

function withoutTime(table: string): string {
  return table.replace(/, [\d.]+ m?s\)/, ')')
}

async function startAndGreet(): Promise<DevProcess> {
  const started = startDev(environment)
  controlUrl = (await started.printed(/psql '(postgres:[^']*)'[^]*Ctrl-C stops everything/))[1]!
  workerPid = await findWorker()
  return started
}

/** The process id of the worker that lives. */
async function findWorker(): Promise<number> {
  return await eventually(async () => {
    const rows = await control<{ pid: number }>(
      `select pid from sluice.workers where stopped_at is null order by started_at desc limit 1`,
    )
    expect(rows).toHaveLength(1)
    process.kill(rows[0]!.pid, 0)
    return rows[0]!.pid
  }, 60_000)
}

/** Runs a statement on the control database, as its owner. */
async function control<Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: controlUrl })
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}

/** Address of a database on the embedded server as the login role of the sample source. */
async function demoUrl(database: string): Promise<string> {
  const [source] = await control<{ username: string; password: string }>(
    `select username, password from sluice.sources join sluice.source_secrets on source = name where name = 'default'`,
  )
  return `postgres://${source!.username}:${source!.password}@127.0.0.1:${embeddedPort}/${database}`
}

async function expectNothingLeft(): Promise<void> {
  await dev.silent
  for (const each of [port, embeddedPort]) await expect(knock(each)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await expect(access(join(folder, 'pgdata', 'postmaster.pid'))).rejects.toMatchObject({ code: 'ENOENT' })
}

/** Connects to a port of this machine and takes leave. */
async function knock(to: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(to, '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}

interface Answer {
  status: number
  headers: Headers
  body: Buffer
  // oxlint-disable-next-line typescript/no-explicit-any -- tests compare it with what they expect
  json: any
}

async function get(path: string): Promise<Answer> {
  return await read(await fetch(url + path))
}

async function post(path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  const init = body && { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
  return await read(await fetch(url + path, { method: 'POST', ...init }))
}

async function read(answer: Response): Promise<Answer> {
  const body = Buffer.from(await answer.arrayBuffer())
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false
  return {
    status: answer.status,
    headers: answer.headers,
    body,
    json: isJson ? JSON.parse(body.toString()) : undefined,
  }
}
