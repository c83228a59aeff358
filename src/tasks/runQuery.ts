import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { RunError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Batcher } from '../db/batcher.ts'
import type { Claim } from '../queries/claim.ts'
import type { Outcome } from '../queries/finish.ts'
import { giveBack } from '../queries/giveBack.ts'
import type { State } from '../queries/states.ts'
import { ResultWriter, type ManifestDraft } from '../results/resultWriter.ts'
import { LeaseLost } from '../results/store.ts'
import { storeFailure } from '../results/storeFailure.ts'
import type { ResultStores } from '../results/stores.ts'
import type { SourceConnections } from '../sources/connections.ts'
import type { SourceRegistry } from '../sources/registry.ts'
import type { Source } from '../sources/source.ts'
import { Statement } from '../sources/statement.ts'
import { RunStopped, type ActiveRuns } from './activeRuns.ts'

/** The source's own statement_timeout comes first; this is for statements that switch it off. */
const deadlineGraceMs = 2_000

/** Who drains, or has ended a run for its time, waits no longer than this for the source to let go of it. */
const leaveMs = 2_000

/** What a run needs of its worker. */
export interface RunContext {
  pool: pg.Pool
  results: ResultStores
  /** Stored bytes above which results of a lane lie in S3; null: never. */
  s3AboveBytes: (lane: string) => number | null
  sources: SourceRegistry
  connections: SourceConnections
  finisher: Batcher<Outcome, State | null>
  runs: ActiveRuns
  logger: Logger
}

/** Runs one claimed query to its end: claim → run → store → finish. Never rejects because of the query. */
export async function runQuery(context: RunContext, claim: Claim): Promise<void> {
  const signal = context.runs.enter(claim.queryId, claim.token)
  const deadline = setTimeout(
    () => context.runs.stopRun(claim.token, 'deadline'),
    claim.timeoutSeconds * 1000 + deadlineGraceMs,
  )
  let source: Source | undefined
  const timing: Timing = { claimedAt: performance.now(), firstRowMs: null }
  try {
    source = await context.sources.find(claim.source)
    if (source === undefined) throw new RunError('source_missing', `There is no source ${claim.source} any more.`)
    const { draft, limitingFactor } = await readIntoStore(context, claim, source, signal, timing)
    await end(context, claim, { ...timing, state: 'succeeded', manifest: { ...draft, limitingFactor } })
  } catch (error) {
    await endWithError(context, claim, source, timing, signal.aborted ? signal.reason : error)
  } finally {
    clearTimeout(deadline)
    context.runs.leave(claim.token)
  }
}

interface Timing {
  claimedAt: number
  firstRowMs: number | null
}

async function readIntoStore(
  context: RunContext,
  claim: Claim,
  source: Source,
  signal: AbortSignal,
  timing: Timing,
): Promise<{ draft: ManifestDraft; limitingFactor: 'row_limit' | 'byte_limit' | null }> {
  const { connection, memory } = await context.connections.acquire(source, signal)
  const statement = new Statement(
    connection,
    { ...claim, applicationName: `sluice:${claim.queryId}:${claim.attempt}` },
    memory,
  )
  void statement.settled.then(() => context.connections.release(connection))
  let writer: ResultWriter | undefined
  const stop = (): void => {
    statement.stop(new RunError('source_connection_lost', 'The run was stopped.'))
    // It may wait for a store that does not answer.
    void writer?.abandon()
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()

  try {
    writer = new ResultWriter(context.results, claim, await statement.columns, context.s3AboveBytes(claim.lane))
    for await (const batch of statement.batches()) {
      timing.firstRowMs ??= performance.now() - timing.claimedAt
      await writer.write(batch)
    }
    const draft = await writer.finish()
    return { draft, limitingFactor: statement.summary.limitingFactor }
  } catch (error) {
    stop()
    await writer?.abandon()
    if (signal.aborted) await leaveSource(statement, signal.reason as RunStopped)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Waits until nothing of a stopped run is left at its source, as long as it matters. */
async function leaveSource(statement: Statement, { reason }: RunStopped): Promise<void> {
  if (reason === 'canceled') await statement.settled
  else if (reason !== 'lease_lost') await Promise.race([statement.settled, sleep(leaveMs)])
}

async function endWithError(
  context: RunContext,
  claim: Claim,
  source: Source | undefined,
  timing: Timing,
  error: unknown,
): Promise<void> {
  const { logger } = context
  const fail = (state: 'failed' | 'timed_out', runError: RunError): Promise<void> =>
    end(context, claim, { ...timing, state, error: runError.error })

  if (error instanceof LeaseLost || (error instanceof RunStopped && error.reason === 'lease_lost')) {
    logger.warn({ queryId: claim.queryId, token: claim.token }, 'the lease was lost; another run has taken over')
  } else if (error instanceof RunStopped && error.reason === 'draining') {
    if (source?.writes) {
      await fail(
        'failed',
        new RunError('interrupted', 'The worker stopped while the statement ran; whether it took effect is not known.'),
      )
    } else {
      await giveBack(context.pool, claim.queryId, claim.token)
    }
  } else if (error instanceof RunStopped && error.reason === 'deadline') {
    await fail('timed_out', new RunError('statement_timeout', 'The statement ran longer than its timeout_seconds.'))
  } else if (error instanceof RunStopped) {
    // A cancel: the end of the run turns canceling into canceled, whatever it reports.
    await fail('failed', new RunError('interrupted', 'The query was canceled.'))
  } else if (error instanceof RunError) {
    await fail(error.error.code === 'statement_timeout' ? 'timed_out' : 'failed', error)
  } else {
    logger.error({ err: error, queryId: claim.queryId }, 'the result could not be stored')
    await fail('failed', storeFailure(error))
  }
}

async function end(
  context: RunContext,
  claim: Claim,
  outcome: Timing &
    (
      | { state: 'succeeded'; manifest: (Outcome & { state: 'succeeded' })['manifest'] }
      | { state: 'failed' | 'timed_out'; error: RunError['error'] }
    ),
): Promise<void> {
  const { claimedAt: _, ...rest } = outcome
  const state = await context.finisher.add({ queryId: claim.queryId, token: claim.token, ...rest })
  if (state === null)
    context.logger.warn({ queryId: claim.queryId, token: claim.token }, 'the lease was lost before the end of the run')
}
