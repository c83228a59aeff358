import { until } from '../until.ts'
import type { Client } from './client.ts'
import type { Stack } from './stack.ts'

const patienceMs = 60_000

/** A run of a query at its source. */
export interface RunAtSource {
  queryId: string
  /** Id of the worker that holds it. */
  workerId: string
  /** Process id of that worker. */
  workerPid: number
  token: string
  /** The session at the source that executes it. */
  backend: { pid: number; startedAt: string }
}

/** Submits as many queries that sleep for ten minutes. */
export async function submitSleepers(client: Client, count: number): Promise<string[]> {
  const untilMs = performance.now() + patienceMs
  const accepted = await Promise.all(
    Array.from({ length: count }, () => client.submit({ sql: 'select pg_sleep(600)' }, crypto.randomUUID(), untilMs)),
  )
  return accepted.map((query) => query?.id ?? fail())
}

function fail(): never {
  throw new Error('A query was not accepted.')
}

/** Waits until every one of some queries executes at the source; tells where. */
export async function whereTheyRun(stack: Stack, ids: readonly string[]): Promise<RunAtSource[]> {
  let runs: RunAtSource[] = []
  await until('every query executes at its source', patienceMs, async () => {
    runs = await runsNow(stack, ids)
    return runs.length === ids.length
  })
  return runs
}

/** Those of some queries that execute at the source now, under the lease that they hold now. */
export async function runsNow(stack: Stack, ids: readonly string[]): Promise<RunAtSource[]> {
  const { rows } = await stack.control.query<Omit<RunAtSource, 'backend'> & { name: string }>(
    `select leases.query_id as "queryId", leases.worker_id as "workerId", workers.pid as "workerPid",
       leases.token::text as token, sluice.run_name(queries.id, queries.attempt, leases.token) as name
     from sluice.leases
     join sluice.queries on queries.id = leases.query_id
     join sluice.workers on workers.id = leases.worker_id
     where leases.query_id = any ($1::uuid[])`,
    [ids],
  )
  const { rows: sessions } = await stack.source.query<{ name: string; pid: number; startedAt: string }>(
    `select application_name as name, pid, backend_start::text as "startedAt" from pg_stat_activity
     where application_name = any ($1) and state = 'active'`,
    [rows.map(({ name }) => name)],
  )
  const backends = new Map(sessions.map(({ name, ...backend }) => [name, backend]))
  return rows.flatMap(({ name, ...run }) => {
    const backend = backends.get(name)
    return backend === undefined ? [] : [{ ...run, backend }]
  })
}

/** Which of some sessions the source still has. */
export async function sessionsLeft(stack: Stack, backends: readonly RunAtSource['backend'][]): Promise<number[]> {
  const { rows } = await stack.source.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where (pid, backend_start::text) in (select * from unnest($1::integer[], $2::text[]))`,
    [backends.map(({ pid }) => pid), backends.map(({ startedAt }) => startedAt)],
  )
  return rows.map(({ pid }) => pid)
}

/** Cancels queries and waits until they have ended. */
export async function cancelAll(stack: Stack, client: Client, ids: readonly string[]): Promise<void> {
  const untilMs = performance.now() + patienceMs
  await Promise.all(ids.map((id) => client.cancel(id, untilMs)))
  await until('every query has ended', patienceMs, async () => {
    const { rowCount } = await stack.control.query(
      `select from sluice.queries where id = any ($1::uuid[]) and state in ('queued', 'running', 'canceling') limit 1`,
      [ids],
    )
    return rowCount === 0
  })
}
