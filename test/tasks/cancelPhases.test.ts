import { once } from 'node:events'
import net from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { runCli } from '../cli/runCli.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database)
const server = await startServer(database)
const worker = await startWorker(database)
// Takes connections and never says a word.
const silent = net.createServer((socket) => void socket.on('error', () => undefined))
const held = new Set<net.Socket>()
silent.on('connection', (socket) => void held.add(socket))
silent.listen(0, '127.0.0.1')
await once(silent, 'listening')
afterAll(async () => {
  for (const socket of held) socket.destroy()
  silent.close()
  await worker.stop()
  await server.close()
})

interface Held {
  id: string
  /** Takes away what holds the query up; needed where nothing but its end could end the wait. */
  release?: () => Promise<void>
}

/** How a query comes to a phase and stays there. */
const phases: Record<string, () => Promise<Held>> = {
  async queued() {
    await database.pool.query(`select sluice.pause_lane('reports')`)
    const id = await submit({ sql: 'select 1', lane: 'reports' })
    return {
      id,
      release: async () => void (await database.pool.query(`select sluice.resume_lane('reports')`)),
    }
  },
  async claimed() {
    // A source that no worker knows yet, and cannot read.
    const name = await another(source.roleUrl)
    const release = await lock('sluice.source_secrets', 'access exclusive')
    const id = await submit({ sql: 'select 1', source: name })
    await eventually(async () => expect(await waitingFor('%sluice.source_secrets%')).toBe(1))
    return { id, release }
  },
  async connecting() {
    const before = held.size
    const { port } = silent.address() as net.AddressInfo
    const id = await submit({ sql: 'select 1', source: await another(`postgres://x:x@127.0.0.1:${port}/x`) })
    await eventually(() => expect(held.size).toBeGreaterThan(before))
    return { id }
  },
  async executing() {
    const id = await submit({ sql: 'select pg_sleep(3600)' })
    await eventually(async () => expect(await busy()).toEqual(['PgSleep']))
    return { id }
  },
  async fetching() {
    const id = await submit({ sql: 'select generate_series(1, 1000000000000) as i' })
    await eventually(async () => expect((await read(id)).progress.chunks).toBeGreaterThan(1))
    return { id }
  },
  async storing() {
    const release = await lock('sluice.chunks', 'share')
    const id = await submit({ sql: `select md5(i::text) as t from generate_series(1, 20000) i` })
    await eventually(async () => expect(await waitingFor('%insert into sluice.chunks%')).toBe(1))
    return { id, release }
  },
}

/** From where a query is canceled; the admin page sends what the API is sent. */
const origins: Record<string, (id: string) => Promise<void>> = {
  async api(id) {
    const { status } = await server.request('POST', `/v1/queries/${id}/cancel`)
    expect([200, 202]).toContain(status)
  },
  async 'command line'(id) {
    expect(await runCli(['cancel', id, '--url', server.url])).toMatchObject({ code: 0 })
  },
  async psql(id) {
    await database.pool.query('select sluice.cancel($1)', [id])
  },
}

describe.each(Object.keys(phases))('a query that is %s', (phase) => {
  test.each(Object.keys(origins))('is canceled by %s, and nothing of it is left', async (origin) => {
    const { id, release } = await phases[phase]!()
    await origins[origin]!(id)
    expect(['canceling', 'canceled']).toContain((await read(id)).state)
    await release?.()
    expect(await read(id, 20)).toMatchObject({ state: 'canceled', error: null, result: null })
    await eventually(async () => expect(await busy()).toEqual([]))
    await eventually(async () => {
      const { rows } = await database.pool.query(
        `select (select count(*)::integer from sluice.chunks where query_id = $1) as chunks,
           (select count(*)::integer from sluice.leases where query_id = $1) as leases,
           (select array_agg(state order by id) from sluice.query_events where query_id = $1 and state in ('succeeded', 'failed')) as ends`,
        [id],
      )
      expect(rows).toEqual([{ chunks: 0, leases: 0, ends: null }])
    })
  })
})

async function submit(body: object): Promise<string> {
  const { status, json } = await server.request('POST', '/v1/queries', body)
  expect(status).toBe(202)
  return (json as { id: string }).id
}

async function read(id: string, wait = 0): Promise<{ state: string; progress: { chunks: number } }> {
  return (await server.request('GET', `/v1/queries/${id}?wait=${wait}`)).json as Awaited<ReturnType<typeof read>>
}

test('a notification alone cancels nothing: anybody who may connect can send it', async () => {
  const kept = await submit({ sql: 'select pg_sleep(600)' })
  const other = await submit({ sql: 'select pg_sleep(600)' })
  const stateOf = async (id: string): Promise<string> =>
    (await server.request('GET', `/v1/queries/${id}`)).json.state as string
  for (const id of [kept, other]) await eventually(async () => expect(await stateOf(id)).toBe('running'))
  await database.pool.query(`select pg_notify('sluice_cancel', $1)`, [kept])
  await server.request('POST', `/v1/queries/${other}/cancel`)
  await eventually(async () => expect(await stateOf(other)).toBe('canceled'))
  expect(await stateOf(kept)).toBe('running')
  await server.request('POST', `/v1/queries/${kept}/cancel`)
  await eventually(async () => expect(await stateOf(kept)).toBe('canceled'))
})

let sources = 0

async function another(url: string): Promise<string> {
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  const name = `another-${++sources}`
  const login = { host, port: Number(port || 5432), user, password: decodeURIComponent(password) }
  await addSource(database.pool, name, { ...login, database: pathname.slice(1), tls: 'disable' })
  return name
}

/** Holds a table up; what is returned lets it go. */
async function lock(table: string, mode: string): Promise<() => Promise<void>> {
  const client = await database.pool.connect()
  await client.query(`begin; lock table ${table} in ${mode} mode`)
  return async () => {
    await client.query('rollback')
    client.release()
  }
}

/** Statements on the control database that wait for a lock. */
async function waitingFor(query: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
    [query],
  )
  return rows[0]!.count
}

/** What the source's role does there, apart from waiting for the next statement. */
async function busy(): Promise<string[]> {
  const { rows } = await source.pool.query<{ wait_event: string | null }>(
    `select wait_event from pg_stat_activity where usename = $1 and state <> 'idle'`,
    [source.role],
  )
  return rows.map((row) => row.wait_event ?? 'running')
}
