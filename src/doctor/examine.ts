import pg from 'pg'
import { boundAnswers } from '../db/answerBound.ts'
import { keepAlive } from '../db/client.ts'
import { isConnectionError, sqlStateOf } from '../db/sqlState.ts'
import type { S3Bucket } from '../results/s3/bucket.ts'
import { findSource } from '../sources/registry.ts'
import { listSources } from '../sources/manage.ts'
import type { Source } from '../sources/source.ts'
import type { Check, CheckContext, Level, Violation } from './check.ts'
import { clocks } from './health/clocks.ts'
import { database } from './health/database.ts'
import { partitions } from './health/partitions.ts'
import { schedules } from './health/schedules.ts'
import { sourceChecks } from './health/sources.ts'
import { versions } from './health/versions.ts'
import { waiting } from './health/waiting.ts'
import { workers } from './health/workers.ts'
import { leaks } from './invariants/leaks.ts'
import { everythingEnded, nothingLost } from './invariants/nothingLost.ts'
import { objectChecks } from './invariants/objects.ts'
import { paths } from './invariants/paths.ts'
import { checksums, results } from './invariants/results.ts'
import { lanesKeptTheirLimit, runs } from './invariants/runs.ts'

const connectTimeoutMs = 5_000
const statementTimeoutMs = 60_000
/** Longer than a statement may take. */
const answerTimeoutMs = statementTimeoutMs + 5_000

/** What holds at every moment, whatever else happens. */
const invariants: readonly Check[] = [...nothingLost, ...paths, ...results, ...runs, ...leaks]

/** Every check that needs nothing but the control database, in the order in which they are told. */
export const databaseChecks: readonly Check[] = [
  ...database,
  ...versions,
  ...workers,
  ...waiting,
  ...schedules,
  ...partitions,
  ...clocks,
  ...invariants,
]

/** A check that did not hold, or could not be made. */
export interface Finding {
  check: string
  invariant: number | null
  level: Level
  /** What should hold. */
  holds: string
  /** What to do. */
  advice: string
  violations: Violation[]
  /** Number of violations; only the first are in `violations`. */
  total: number
}

/** What was looked at and what was found. */
export interface Report {
  checked: string[]
  findings: Finding[]
}

export interface ExamineOptions {
  /** Queries that ended before this are not looked at; null: all are. */
  since: Date | null
  /** Read every chunk and compare it with its checksum. */
  verifyResults: boolean
  /** Connect to every source. */
  withSources: boolean
  /** The bucket that results are in; undefined: S3 is not looked at. */
  bucket?: S3Bucket | undefined
}

/** Looks at a live system: everything that must hold, and everything that an operator should see to. */
export async function examine(databaseUrl: string, options: ExamineOptions): Promise<Report> {
  try {
    return await withSnapshot(databaseUrl, async (client) => {
      if (!(await isMigrated(client))) return { checked: ['migrations_are_applied'], findings: [unmigrated] }
      const context = { client, since: options.since }
      const checks = [
        ...databaseChecks,
        ...(options.bucket === undefined ? [] : objectChecks(options.bucket)),
        ...(options.verifyResults ? [checksums] : []),
      ]
      const report = await runChecks(checks, context)
      if (!options.withSources) return report
      // What sources do is compared with what is so at that moment.
      await client.query('commit; begin isolation level read committed read only')
      const ofSources = await runChecks(sourceChecks(await knownSources(client)), context)
      return {
        checked: [...report.checked, ...ofSources.checked],
        findings: [...report.findings, ...ofSources.findings],
      }
    })
  } catch (error) {
    return { checked: ['database_answers'], findings: [unreachable(error)] }
  }
}

/**
 * Checks the invariants where everything has come to rest: faults are healed, and whatever was
 * submitted has had the time to end. For tests, on databases whose lanes nobody has narrowed.
 */
export async function audit(databaseUrl: string): Promise<Report> {
  return await withSnapshot(databaseUrl, (client) =>
    runChecks([everythingEnded, ...invariants, checksums, lanesKeptTheirLimit], { client, since: null }),
  )
}

/** Checks the invariants that hold at every moment, also while queries run. */
export async function auditLive(databaseUrl: string): Promise<Report> {
  return await withSnapshot(databaseUrl, (client) => runChecks(invariants, { client, since: null }))
}

async function runChecks(checks: readonly Check[], context: CheckContext): Promise<Report> {
  const findings: Finding[] = []
  for (const check of checks) {
    const { name, invariant, level, holds, advice } = check
    const about = { check: name, invariant, holds }
    await context.client.query('savepoint this_check')
    try {
      const { violations, total } = await check.run(context)
      if (total > 0) findings.push({ ...about, level, advice, violations, total })
    } catch (error) {
      if (isConnectionError(error)) throw error
      await context.client.query('rollback to savepoint this_check')
      const violation = { subject: name, detail: `could not be checked: ${(error as Error).message}` }
      findings.push({ ...about, level: 'error', advice: adviceFor(error), violations: [violation], total: 1 })
    }
  }
  return { checked: checks.map(({ name }) => name), findings }
}

/** Planned for this one look, so without the settings that suit the small statements of the other connections. */
async function withSnapshot<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'sluice doctor',
    connectionTimeoutMillis: connectTimeoutMs,
    ...keepAlive,
  })
  client.on('error', () => undefined)
  await client.connect()
  boundAnswers(client, answerTimeoutMs)
  try {
    await client.query(
      `begin isolation level repeatable read read only; set local statement_timeout = ${statementTimeoutMs}`,
    )
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function isMigrated(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `select to_regclass('sluice.repeatable_migrations') is not null as is`,
  )
  return rows[0]!.is
}

async function knownSources(client: pg.Client): Promise<Source[]> {
  const sources: Source[] = []
  for (const { name } of await listSources(client)) {
    const source = await findSource(client, name)
    if (source !== undefined) sources.push(source)
  }
  return sources
}

const undefinedTable = '42P01'
const undefinedFunction = '42883'
const undefinedColumn = '42703'
const queryCanceled = '57014'

function adviceFor(error: unknown): string {
  switch (sqlStateOf(error)) {
    case undefinedTable:
    case undefinedColumn:
      return 'Run sluice migrate: the database is not that of this version.'
    case undefinedFunction:
      return 'Checksums are computed by PostgreSQL 18 or later; this server cannot.'
    case queryCanceled:
      return 'It took longer than a minute. Look at less: --since 1h'
    default:
      return 'Look at the error; if it is not about the database, report it as a bug.'
  }
}

const unmigrated: Finding = {
  check: 'migrations_are_applied',
  invariant: null,
  level: 'error',
  holds: 'The database has every migration of this version of Sluice, as it is.',
  advice: 'Run sluice migrate, if DATABASE_URL names the right database.',
  violations: [{ subject: 'control database', detail: 'has no tables of Sluice' }],
  total: 1,
}

function unreachable(error: unknown): Finding {
  return {
    check: 'database_answers',
    invariant: null,
    level: 'error',
    holds: 'The control database that DATABASE_URL names can be reached.',
    advice: 'Look whether PostgreSQL runs there, and at the address and login in DATABASE_URL.',
    violations: [{ subject: 'control database', detail: (error as Error).message || String(error) }],
    total: 1,
  }
}
