import { decodeBatches } from '../arrow/decode.ts'
import { RunError } from '../errors.ts'
import { runName, type Claim } from '../queries/claim.ts'
import { keepPlan } from '../queries/plans.ts'
import type { SourceConnection } from '../sources/connection.ts'
import type { SourceMemory } from '../sources/sourceMemory.ts'
import { connectionLost } from '../sources/sourceErrors.ts'
import { Statement } from '../sources/statement.ts'
import type { RunStopped } from './activeRuns.ts'
import { handingOver, isLostConnection, leaveSource } from './leaveSource.ts'
import type { RunContext } from './runQuery.ts'

/** A statement that takes longer to plan is run without its plan. */
const mostPlanningSeconds = 5
const mostPlanBytes = 1024 * 1024

/**
 * Asks the source which plan it would choose for a statement, on the connection that then runs
 * it, and keeps that. The statement is planned, not executed: in a read-only transaction that is rolled
 * back, also where the source takes writes. One that has no plan, or too long a one, is run without.
 *
 * @throws RunError, or why the run was stopped, if the connection cannot be used after it; then it is released
 */
export async function capturePlan(
  context: RunContext,
  claim: Claim,
  signal: AbortSignal,
  connection: SourceConnection,
  memory: SourceMemory,
): Promise<void> {
  const { logger, persist, pool, connections } = context
  const applicationName = runName(claim)
  const statement = new Statement(
    connection,
    {
      sql: `explain (format json)\n${claim.sql}`,
      params: claim.params,
      rollback: true,
      timeoutSeconds: Math.min(claim.timeoutSeconds, mostPlanningSeconds),
      rowLimit: null,
      byteLimit: null,
      applicationName,
    },
    memory,
  )
  const giveUp = handingOver(context, claim, connection, applicationName)
  let isUsable = true
  const settled = statement.settled.then(async (what) => {
    if (what === 'usable') return
    isUsable = false
    connections.release(connection)
    if (what === 'uncertain') await giveUp()
  })
  const stop = (): void => statement.stop(new RunError('source_connection_lost', 'The run was stopped.'))
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()

  let plan: string | undefined
  try {
    plan = await readText(statement)
  } catch (error) {
    if (signal.aborted || isLostConnection(error) || !(error instanceof RunError)) {
      stop()
      await leaveSource(settled, giveUp, signal.aborted ? (signal.reason as RunStopped).reason : error)
      // Stopped too late, it has ended and left its connection as it was.
      void settled.then(() => isUsable && connections.release(connection))
      throw error
    }
    logger.debug({ queryId: claim.queryId, sqlstate: error.error.sqlstate }, 'the statement has no plan')
  } finally {
    signal.removeEventListener('abort', stop)
  }
  // The source cleans the session before it is used again.
  await settled
  if (!isUsable) throw connectionLost(connection.broken)
  try {
    if (plan !== undefined && Buffer.byteLength(plan) <= mostPlanBytes) {
      const text = plan
      await persist(() => keepPlan(pool, claim, text), signal)
    }
  } catch (error) {
    if (signal.aborted) {
      connections.release(connection)
      throw error
    }
    logger.warn({ err: error, queryId: claim.queryId }, 'a plan could not be kept')
  }
  if (connection.broken !== undefined) {
    connections.release(connection)
    throw connectionLost(connection.broken)
  }
}

/** The one value that a statement returns. */
async function readText(statement: Statement): Promise<string | undefined> {
  let text: string | undefined
  for await (const { message, columns } of statement.batches()) {
    for (const batch of decodeBatches(message, columns, 0)) {
      const { offsets, values } = batch.columns[0]!
      text ??= Buffer.from(values.buffer, values.byteOffset).toString('utf8', offsets![0], offsets![1])
    }
  }
  return text
}
