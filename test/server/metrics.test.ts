import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { rollUp } from '../../src/queries/statistics.ts'
import { code, tableRows } from '../docs/tables.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { addLane } from '../helpers/runs.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)
const proxy = await startProxy(new URL(database.url))
const apiKey = 'k'.repeat(32)
const server = await startServer({ url: proxy.url }, { apiKey })
const worker = await startWorker(database, { SLUICE_LEASE_SECONDS: '3' })
afterAll(async () => {
  await worker.stop()
  await server.close()
  await proxy.close()
})

const authorization = { authorization: `Bearer ${apiKey}` }
const deploy = join(packageRoot, 'deploy')

/** Values by name and labels, as they stand in the text. */
let metrics: Map<string, number>
let types: Map<string, string>
let helps: Map<string, string>

beforeAll(async () => {
  const run = async (sql: string): Promise<void> => {
    const { status } = await server.request('POST', '/v1/queries?wait=30', { sql }, authorization)
    expect(status).toBe(200)
  }
  await addLane(database.pool, { name: 'idle' })
  await run('select 1 as x')
  await run('select 1 / 0')
  await run(`select md5(i::text) || md5((2 * i)::text) from generate_series(1, 20000) i`)
  await rollUp(database.pool)
  await eventually(async () => {
    const { rows } = await database.pool.query<{ stats: { store_writes?: number[] } }>(
      'select stats from sluice.workers',
    )
    if (!rows[0]!.stats.store_writes?.some((count) => count > 0)) throw new Error('The worker has not told yet.')
  })
  await scrape()
})

async function scrape(): Promise<void> {
  const { status, headers, body } = await server.request('GET', '/metrics', undefined, authorization)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = body.toString().split('\n')
  metrics = new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))]
      }),
  )
  const said = (what: string): Map<string, string> =>
    new Map(
      lines.flatMap((line) => {
        const [, name, text] = new RegExp(`^# ${what} (\\S+) (.*)`).exec(line) ?? []
        return name === undefined ? [] : [[name, text!]]
      }),
    )
  types = said('TYPE')
  helps = said('HELP')
}

test('metrics are for who has the API key', async () => {
  expect(await server.request('GET', '/metrics')).toMatchObject({ status: 401, json: { code: 'unauthorized' } })
})

test('queries are counted by lane, state and code, and their waits and runs by how long they took', () => {
  const lane = 'lane="default"'
  expect(metrics.get('sluice_database_up')).toBe(1)
  expect(metrics.get(`sluice_queries_submitted_total{${lane}}`)).toBe(3)
  expect(metrics.get(`sluice_queries_ended_total{${lane},state="succeeded",code=""}`)).toBe(2)
  expect(metrics.get(`sluice_queries_ended_total{${lane},state="failed",code="sql_error"}`)).toBe(1)
  expect(metrics.get(`sluice_result_rows_total{${lane}}`)).toBe(20_001)
  for (const name of ['sluice_query_wait_seconds', 'sluice_query_run_seconds']) {
    expect(metrics.get(`${name}_count{${lane}}`)).toBe(3)
    expect(metrics.get(`${name}_bucket{${lane},le="+Inf"}`)).toBe(3)
    const buckets = [...metrics].filter(([key]) => key.startsWith(`${name}_bucket{${lane}`)).map(([, value]) => value)
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b))
    expect(buckets).toHaveLength(24)
  }
  expect(metrics.get(`sluice_lane_waiting{${lane}}`)).toBe(0)
  expect(metrics.get('sluice_workers{status="alive"}')).toBe(1)
})

test('what is counted of lanes for rates begins at 0, whatever has ended there', () => {
  const ended = [...metrics].filter(([key]) => key.startsWith('sluice_lane_queries_ended_total{'))
  expect(ended.length % 4).toBe(0)
  const of = (lane: string, state: string): number | undefined =>
    metrics.get(`sluice_lane_queries_ended_total{lane="${lane}",state="${state}"}`)
  expect(['succeeded', 'failed', 'canceled', 'timed_out'].map((state) => of('default', state))).toEqual([2, 1, 0, 0])
  expect(['succeeded', 'failed', 'canceled', 'timed_out'].map((state) => of('idle', state))).toEqual([0, 0, 0, 0])
})

test('the beat tells how long ago it went through what is due', () => {
  expect(metrics.get('sluice_beat_age_seconds')).toBeLessThan(60)
  expect(metrics.get('sluice_beat_terms_total')).toBe(1)
  expect(metrics.get('sluice_schedules_overdue_seconds')).toBe(0)
  expect(metrics.get('sluice_schedules{status="active"}')).toBe(0)
})

test('workers tell of themselves through the server', () => {
  const of = (name: string, more = ''): number | undefined =>
    [...metrics].find(([key]) => key.startsWith(`${name}{worker="${worker.id}"`) && key.includes(more))?.[1]
  expect(of('sluice_worker_slots')).toBe(16)
  expect(of('sluice_worker_claimed_queries_total')).toBe(3)
  expect(of('sluice_worker_leases_lost_total')).toBe(0)
  expect(of('sluice_worker_store_write_seconds_count')).toBeGreaterThan(0)
  expect(of('sluice_worker_pool_connections', 'state="total"')).toBeGreaterThan(0)
  expect(of('sluice_worker_cpu_seconds_total')).toBeGreaterThan(0)
})

test('docs/metrics.md holds every metric of Sluice with its type, its labels and what it means', async () => {
  const labelled = new Map<string, string[]>()
  for (const key of metrics.keys()) {
    const [, series, labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(key)!
    const name = types.has(series!) ? series! : series!.replace(/_(bucket|sum|count)$/, '')
    const names = [...labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, label]) => label!)
    labelled.set(name, [...new Set([...(labelled.get(name) ?? []), ...names.filter((label) => label !== 'le')])])
  }
  const exposed = [...types]
    .filter(([name]) => name.startsWith('sluice_'))
    .map(([name, type]) => ({ name, type, labels: labelled.get(name), meaning: helps.get(name) }))
  // Measured once in a while, so perhaps not yet.
  const unmeasured = exposed.filter(({ labels }) => labels === undefined).map(({ name }) => name)
  expect(unmeasured.filter((name) => !name.endsWith('_notify_lag_seconds'))).toEqual([])
  const documented = (await tableRows('metrics.md')).map(([cell, type, labels, meaning]) => {
    const name = code(cell!)
    return { name, type, labels: unmeasured.includes(name) ? undefined : labels!.split(', ').filter(Boolean), meaning }
  })
  const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name)
  expect(documented.toSorted(byName)).toEqual(exposed.toSorted(byName))
})

test('the dashboard and the alert rules name metrics that there are', async () => {
  const rules = await readdir(join(deploy, 'prometheus'))
  const texts = [
    ...(await Promise.all(
      rules.filter((file) => file.endsWith('.yml')).map((file) => readFile(join(deploy, 'prometheus', file), 'utf8')),
    )),
    await readFile(join(deploy, 'grafana', 'sluice.json'), 'utf8'),
  ]
  for (const text of texts) {
    const names = new Set(text.match(/\b(sluice|process|nodejs)_[a-z0-9_]+\b/g))
    expect(names.size).toBeGreaterThan(3)
    for (const name of names) expect([...types.keys()]).toContain(name.replace(/_(bucket|sum|count)$/, ''))
  }
})

test('promtool, where there is one, accepts the alert rules, what they fire on, and the text of /metrics', async () => {
  const promtool = promisify(execFile)
  const found = await promtool('promtool', ['--version']).catch(() => undefined)
  if (found === undefined) {
    process.stderr.write('NOT TESTED: alert rules by promtool. It was not found: apt-get install prometheus.\n')
    return
  }
  const inFolder = { cwd: join(deploy, 'prometheus') }
  expect((await promtool('promtool', ['check', 'rules', 'sluice.rules.yml'], inFolder)).stdout).toContain('SUCCESS')
  expect((await promtool('promtool', ['test', 'rules', 'sluice.rules.test.yml'], inFolder)).stdout).toContain('SUCCESS')
  const { body } = await server.request('GET', '/metrics', undefined, authorization)
  const checking = promtool('promtool', ['check', 'metrics'])
  checking.child.stdin!.end(body)
  expect((await checking).stderr).toBe('')
})

test('where metrics cannot be read the server says so, and that PostgreSQL answers', async () => {
  await database.pool.query('alter table sluice.beat rename to hidden')
  await eventually(async () => {
    await scrape()
    expect(metrics.get('sluice_metrics_read_failed')).toBe(1)
  })
  await database.pool.query('alter table sluice.hidden rename to beat')
  expect(metrics.get('sluice_database_up')).toBe(1)
  expect(metrics.has('sluice_lane_waiting{lane="default"}')).toBe(false)
  expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(0)
})

test('metrics that take too long to read are left out; PostgreSQL answers all the same', async () => {
  await eventually(async () => {
    await scrape()
    expect(metrics.get('sluice_metrics_read_failed')).toBe(0)
  })
  const locker = await database.pool.connect()
  await locker.query('begin; lock table sluice.alerts in access exclusive mode')
  await eventually(async () => {
    await scrape()
    expect(metrics.get('sluice_metrics_read_failed')).toBe(1)
  })
  await locker.query('rollback')
  locker.release()
  expect(metrics.get('sluice_database_up')).toBe(1)
})

test('while PostgreSQL is away the server tells that, and of itself', async () => {
  proxy.cut()
  await eventually(async () => {
    await scrape()
    expect(metrics.get('sluice_database_up')).toBe(0)
  })
  expect(metrics.has('sluice_workers{status="alive"}')).toBe(false)
  expect(metrics.get('process_resident_memory_bytes')).toBeGreaterThan(0)
  proxy.mend()
  await eventually(async () => {
    await scrape()
    expect(metrics.get('sluice_workers{status="alive"}')).toBe(1)
  })
})
