import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { clientConfig } from '../../sources/clientConfig.ts'
import type { Source } from '../../sources/source.ts'
import { testSource } from '../../sources/testSource.ts'
import { check, type Check } from '../check.ts'

const queryTimeoutMs = 10_000
const leaveMs = 1_000

/** Checks that connect to every source, as workers do. */
export function sourceChecks(sources: readonly Source[]): Check[] {
  const tested = Promise.all(sources.map(async (source) => ({ source, result: await testSource(source) })))
  return [
    check(
      {
        name: 'sources_answer',
        invariant: null,
        level: 'error',
        holds: 'Every source can be reached and takes the login.',
        advice: 'Look at its address and login: sluice source ls, sluice source set <name>, sluice source test <name>',
      },
      async () =>
        (await tested)
          .filter(({ result }) => !result.ok)
          .map(({ source, result }) => ({ subject: source.name, detail: result.error?.message ?? 'does not answer' })),
    ),
    check(
      {
        name: 'source_roles_are_harmless',
        invariant: null,
        level: 'warning',
        holds: "No source's login role may do what users' SQL should not.",
        advice: 'Give the role less; docs/operations.md says what. The login role is the boundary for SQL.',
      },
      async () =>
        (await tested).flatMap(({ source, result }) =>
          result.warnings.map((warning) => ({ subject: source.name, detail: warning })),
        ),
    ),
    check(
      {
        name: 'statements_have_queries',
        invariant: 5,
        level: 'error',
        holds: 'Every statement of Sluice that a source runs belongs to a query that runs, in its present attempt.',
        advice: 'End it at the source: select pg_terminate_backend(…) with the process id named.',
      },
      async ({ client }) => {
        const reachable = (await tested).filter(({ result }) => result.ok).map(({ source }) => source)
        const before = await statementsOf(reachable)
        const { rows } = await client.query<{ name: string }>(
          `select format('sluice:%s:%s', id, attempt) as name from sluice.leases join sluice.queries on id = query_id`,
        )
        const running = new Set(rows.map(({ name }) => name))
        const suspects = before.filter(({ name }) => !running.has(name))
        if (suspects.length === 0) return []
        // A run that has just ended takes leave of its source.
        await sleep(leaveMs)
        const after = new Set((await statementsOf(reachable)).map(({ key }) => key))
        return suspects
          .filter(({ key }) => after.has(key))
          .map(({ source, pid, name, since }) => ({
            subject: `${source}, process ${pid}`,
            detail: `runs ${name} since ${since.toISOString()}`,
          }))
      },
    ),
  ]
}

interface SourceStatement {
  source: string
  pid: number
  /** sluice:<query>:<attempt> */
  name: string
  since: Date
  /** Tells it from any other. */
  key: string
}

/** What sources run under names of Sluice. */
async function statementsOf(sources: readonly Source[]): Promise<SourceStatement[]> {
  const found = await Promise.all(
    sources.map(async (source) => {
      const client = new pg.Client({ ...clientConfig(source), query_timeout: queryTimeoutMs })
      client.on('error', () => undefined)
      try {
        await client.connect()
        const { rows } = await client.query<Omit<SourceStatement, 'source'>>(`
          select pid, application_name as name, xact_start as since, concat(pid, ' ', backend_start, ' ', xact_start) as key
          from pg_stat_activity where application_name like 'sluice:%' and state <> 'idle'`)
        return rows.map(({ pid, name, since, key }) => ({
          source: source.name,
          pid,
          name,
          since,
          key: `${source.name} ${key}`,
        }))
      } finally {
        await client.end().catch(() => undefined)
      }
    }),
  )
  return found.flat()
}
