import { audit, auditLive, type Report } from '../../../src/doctor/examine.ts'
import { NotInTime, until } from '../until.ts'
import type { Stack } from './stack.ts'
import { rowsOf, type Submitted, type Workload } from './workload.ts'

/** Errors that a fault may cause; whoever submits sees them and may submit again. */
const faultCodes = new Set([
  'source_unreachable',
  'source_busy',
  'source_connection_lost',
  'source_login_failed',
  'result_store_failed',
  'interrupted',
  'worker_lost',
  'poison',
])

const drainMs = 120_000

/** What a run with faults came to. */
export interface Verdict {
  /** Queries that were acknowledged, of these how many ended in each state, and with which error of a fault. */
  acknowledged: number
  unacknowledged: number
  ends: Record<string, number>
  /** Attempts beyond the first of each query. */
  extraAttempts: number
  violations: string[]
}

/**
 * Waits until everything has ended, then compares what clients were told with what there is, and
 * checks every invariant.
 *
 * @param faultless true: nothing may have failed, and nothing run twice
 * @param goesOn true: others may submit queries meanwhile
 */
export async function judge(
  stack: Stack,
  workload: Workload,
  { faultless = false, goesOn = false } = {},
): Promise<Verdict> {
  const verdict: Verdict = { acknowledged: 0, unacknowledged: 0, ends: {}, extraAttempts: 0, violations: [] }
  const complain = (text: string): void => void verdict.violations.push(text)
  await workload.done()
  try {
    await until('every query has ended', drainMs, async () => (await unended(stack)).length === 0, 200)
  } catch (error) {
    if (!(error instanceof NotInTime)) throw error
    complain(`stuck after ${drainMs / 1000} s: ${(await unended(stack)).join('; ')}`)
  }

  const rows = await endsOf(stack, workload.submitted)
  const written = await ledgerOf(stack, workload.submitted)
  for (const entry of workload.submitted) {
    const end = rows.get(entry.id ?? '')
    if (entry.id === undefined) {
      verdict.unacknowledged++
      continue
    }
    verdict.acknowledged++
    const what = `${entry.kind.name} ${entry.id}`
    if (end === undefined) {
      complain(`lost: ${what}`)
      continue
    }
    count(verdict.ends, end.code === null || !faultCodes.has(end.code) ? end.state : `${end.state} (${end.code})`)
    verdict.extraAttempts += Math.max(0, end.attempt - 1)
    if (faultless && end.attempt > 1) complain(`doubled without a fault: ${what} took ${end.attempt} attempts`)
    const expected = entry.kind.ends.includes(end.state)
    const excused = !faultless && end.state === 'failed' && faultCodes.has(end.code ?? '')
    // A cancel that its client was never told about may or may not have been accepted.
    const uncanceled = entry.kind.cancelAfterMs !== undefined && !entry.cancelAccepted
    if (!expected && !excused && !uncanceled) complain(`${what} ended as ${end.state} (${end.code}: ${end.message})`)
    if (end.state === 'succeeded') await compareResult(workload, entry, complain)
    if (entry.kind.writes) {
      const times = written.get(entry.key) ?? 0
      if (times > 1) complain(`${what} took effect ${times} times`)
      if (end.state === 'succeeded' && times !== 1) complain(`${what} succeeded and took effect ${times} times`)
    }
  }
  for (const finding of findings(await (goesOn ? auditLive : audit)(stack.controlUrl))) complain(finding)
  await checkLeaks(stack, complain)
  return verdict
}

/** What an audit found, one line each. */
export function findings(report: Report): string[] {
  return report.findings.flatMap(({ check, violations }) =>
    violations.map(({ subject, detail }) => `${check}: ${subject} ${detail}`),
  )
}

async function unended(stack: Stack): Promise<string[]> {
  const { rows } = await stack.control.query<{ what: string }>(
    `select format('%s %s attempt %s (%s)', id, state, attempt, left(sql, 30)) as what from sluice.queries
     where state in ('queued', 'running', 'canceling') limit 20`,
  )
  return rows.map(({ what }) => what)
}

interface End {
  state: Submitted['kind']['ends'][number]
  attempt: number
  code: string | null
  message: string | null
}

async function endsOf(stack: Stack, submitted: readonly Submitted[]): Promise<Map<string, End>> {
  const { rows } = await stack.control.query<End & { id: string }>(
    `select id, state, attempt, error ->> 'code' as code, error ->> 'message' as message
     from sluice.queries where id = any ($1::uuid[])`,
    [submitted.flatMap(({ id }) => id ?? [])],
  )
  return new Map(rows.map(({ id, ...end }) => [id, end]))
}

async function ledgerOf(stack: Stack, submitted: readonly Submitted[]): Promise<Map<string, number>> {
  const { rows } = await stack.source.query<{ key: string; times: number }>(
    'select key, count(*)::integer as times from ledger where key = any ($1) group by key',
    [submitted.map(({ key }) => key)],
  )
  return new Map(rows.map(({ key, times }) => [key, times]))
}

async function compareResult(
  { client }: Workload,
  { id, key, kind }: Submitted,
  complain: (text: string) => void,
): Promise<void> {
  const rows = rowsOf[kind.name]
  if (kind.csv === undefined && rows === undefined) return
  const csv = await client.csv(id!, performance.now() + 60_000)
  if (csv === undefined) complain(`the result of ${kind.name} ${id} cannot be read: ${client.lastProblem}`)
  else if (kind.csv !== undefined && csv !== kind.csv(key)) complain(`${kind.name} ${id} has a wrong result: ${csv}`)
  else if (rows !== undefined && !isNumbers(csv, rows, key)) complain(`${kind.name} ${id} has a wrong result`)
}

/** Whether it is the first rows of table numbers, each once, with the key of the query. */
function isNumbers(csv: string, rows: number, key: string): boolean {
  const lines = csv.split('\r\n').slice(1, -1)
  const numbers = new Set(lines.filter((line) => line.includes(key)).map((line) => line.slice(0, line.indexOf(','))))
  return lines.length === rows && numbers.size === rows
}

/** What faults must not leave behind once everything has ended. */
async function checkLeaks(stack: Stack, complain: (text: string) => void): Promise<void> {
  const leaks = async (): Promise<string[]> => {
    const { rows: statements } = await stack.source.query<{ what: string }>(
      `select format('statement %s at the source since %s', application_name, xact_start) as what from pg_stat_activity
       where datname = current_database() and application_name like 'sluice:%' and state <> 'idle'`,
    )
    const { rows: sessions } = await stack.control.query<{ what: string }>(
      `select format('session %s %s since %s: %s', application_name, state, state_change, left(query, 80)) as what
       from pg_stat_activity
       where datname = current_database() and application_name like 'sluice %' and application_name not in ('sluice test', 'sluice worker (beat)')
         and (state like 'idle in transaction%' or (state = 'idle' and exists (
           select from pg_locks where pg_locks.pid = pg_stat_activity.pid and locktype = 'advisory')))`,
    )
    return [...statements, ...sessions].map(({ what }) => what)
  }
  try {
    await until('nothing is left behind', 20_000, async () => (await leaks()).length === 0, 200)
  } catch (error) {
    if (!(error instanceof NotInTime)) throw error
    for (const leak of await leaks()) complain(`left behind: ${leak}`)
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
