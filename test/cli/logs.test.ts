/** What server and worker write to their logs, as processes of their own, at the level that says most. */
import { expect, test } from 'vitest'
import { hidePasswords } from '../../src/hidePasswords.ts'
import { describeError } from '../../src/log.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { freePort } from '../helpers/server.ts'
import { spawnWorker } from '../helpers/worker.ts'
import { runCli, startCli } from './runCli.ts'

const database = await createDatabase()
await createSource(database, { setup: 'create table t (x int primary key)' })
await createSource(database, {
  name: 'writing',
  setup: 'create table t (x int check (x < 10))',
  grants: 'grant insert on t to :role',
  writes: true,
})

const secret = 'hunter2'
const traceId = '0af7651916cd43dd8448eb211c80319c'
const apiKey = `${secret}-${'k'.repeat(32)}`

test('logs name queries, workers, requests and traces, and hold no SQL, parameter, row or credential', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = startCli(['server', '--port', String(port)], {
    env: { DATABASE_URL: database.url, SLUICE_API_KEY: apiKey, SLUICE_LOG_LEVEL: 'trace' },
  })
  await eventually(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), 30_000)
  const worker = await spawnWorker(database, { settings: { SLUICE_LOG_LEVEL: 'trace' } })

  const send = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  await send('/v1/sources', {
    name: 'locked',
    host: new URL(database.url).hostname,
    port: Number(new URL(database.url).port),
    database: database.name,
    user: 'nobody_there',
    password: `${secret}-password`,
    tls: 'disable',
  })
  const failing = [
    { sql: `select '${secret}-literal'::int` },
    { sql: 'select $1::int', params: [`${secret}-parameter`] },
    { sql: `select * from "${secret}-table"` },
    { sql: `sel '${secret}-syntax'` },
    { sql: `do $$ begin raise exception '${secret}-raised'; end $$` },
    { sql: 'insert into t select length($1)', params: [`${secret}-row-which-is-long`], source: 'writing' },
    { sql: `select '${secret}'`, source: 'locked' },
    { sql: `select pg_sleep(60), '${secret}'`, timeout_seconds: 1 },
  ]
  const ids: string[] = []
  for (const body of failing) {
    const answer = await send('/v1/queries?wait=30', body, {
      'x-request-id': `request-${ids.length}`,
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    })
    expect(answer.headers.get('x-request-id')).toBe(`request-${ids.length}`)
    const query = (await answer.json()) as { id: string; state: string }
    expect(query.state).toMatch(/^(failed|timed_out)$/)
    ids.push(query.id)
  }
  expect((await send('/v1/queries', `{"sql": "${secret}`)).status).toBe(400)
  expect((await send('/v1/queries', { sql: 'select $1', params: [`\u0000${secret}`] })).status).toBeLessThan(500)
  expect((await send('/v1/queries', {}, { authorization: `Bearer ${secret}-wrong` })).status).toBe(401)

  server.signal('SIGTERM')
  worker.signal('SIGTERM')
  await worker.exited
  const served = (await server.ended).stderr
  const worked = worker.output()
  for (const [i, id] of ids.entries()) {
    expect(lines(served)).toContainEqual(
      expect.objectContaining({ msg: 'query accepted', queryId: id, requestId: `request-${i}`, trace_id: traceId }),
    )
    expect(lines(worked)).toContainEqual(
      expect.objectContaining({ msg: 'query ended', queryId: id, worker: worker.id, trace_id: traceId }),
    )
  }
  const ofWorker = lines(worked).filter((line) => 'queryId' in line || line['name'] === 'beat')
  expect(ofWorker.map(({ msg }) => msg)).toContain('this worker holds the beat')
  expect(ofWorker.filter((line) => line['worker'] !== worker.id)).toEqual([])
  expect(served + worked).not.toContain(secret)
}, 120_000)

test('of an error the log holds kind, message, code and origin, and no value', () => {
  const error = Object.assign(new Error(`duplicate key value: invalid input syntax for type integer: "${secret}"`), {
    code: '22P02',
    severity: 'ERROR',
    detail: `Key (x)=(${secret}) already exists.`,
    where: `unnamed portal parameter $1 = '${secret}'`,
    client: { password: secret },
  })
  const outer = new Error(`postgres://sluice:${secret}@host/database cannot be reached`, { cause: error })
  const described = describeError(outer)
  expect(JSON.stringify(described)).not.toContain(secret)
  expect(described).toMatchObject({
    type: 'Error',
    message: 'postgres://sluice:(hidden)@host/database cannot be reached',
    stack: expect.stringContaining('logs.test.ts'),
    cause: { code: '22P02', message: 'duplicate key value: invalid input syntax for type integer: (hidden)' },
  })
})

test.each([
  `invalid: "${secret}"`,
  `Eingabe »${secret}«`,
  `saisie « ${secret} »`,
  `無効: 「${secret}」`,
  `cut: "${secret}`,
])('a value is hidden in the quotation marks of every language: %s', (message) => {
  expect(JSON.stringify(describeError(Object.assign(new Error(message), { code: '22P02' })))).not.toContain(secret)
})

test.each([
  [`postgres://u:${secret}@host/db`, 'postgres://u:(hidden)@host/db'],
  [`at postgres://u:a/b#c@${secret}@host:5432/db now`, 'at postgres://u:(hidden)@host:5432/db now'],
  [`postgres://host/db?user=u&password=${secret}&x=1`, 'postgres://host/db?user=u&password=(hidden)&x=1'],
  [`host=h password = '${secret} 2' user=u`, 'host=h password = (hidden) user=u'],
])('passwords are hidden wherever they stand: %s', (text, hidden) => {
  expect(hidePasswords(text)).toBe(hidden)
})

test.each([`postgres://u:${secret}@127.0.0.1:99999/db`, `postgres://u:a/${secret}@h/db`, `host=h password=${secret}`])(
  'an address that cannot be read is not shown, and what to change is said: %s',
  async (address) => {
    const { code, stdout, stderr } = await runCli(['worker'], { env: { DATABASE_URL: address } })
    expect(code).toBe(2)
    expect(stdout + stderr).not.toContain(secret)
    expect(stderr).toContain('such as postgres://user:password@host:5432/database')
  },
)

function lines(log: string): Record<string, unknown>[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
