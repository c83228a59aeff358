import type { Span } from '@opentelemetry/api'
import type pg from 'pg'
import { RunError, type ErrorCode, type QueryError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Batcher } from '../db/batcher.ts'
import { runName, type Claim } from '../queries/claim.ts'
import type { FinalManifest, Outcome } from '../queries/finish.ts'
import { giveBack } from '../queries/giveBack.ts'
import { secureLease } from '../queries/secureLease.ts'
import { announceTimeout } from '../queries/softLimit.ts'
import type { State } from '../queries/states.ts'
import { ResultWriter, type ManifestDraft } from '../results/resultWriter.ts'
import { LeaseLost, type Repeat } from '../results/store.ts'
import { lostChunks, storeFailure } from '../results/storeFailure.ts'
import type { ResultStores } from '../results/stores.ts'
import type { SourceConnections } from '../sources/connections.ts'
import type { SourceRegistry } from '../sources/registry.ts'
import type { Source } from '../sources/source.ts'
import { Statement } from '../sources/statement.ts'
import { tryAgain } from '../queries/tryAgain.ts'
import { RunStopped, type ActiveRuns, type StopReason } from './activeRuns.ts'
import { capturePlan } from './capturePlan.ts'
import type { Figures } from './figures.ts'
import type { Heart } from './heart/heart.ts'
import { handingOver, leaveSource } from './leaveSource.ts'
import type { Persist } from './persistence.ts'
import { inRunSpan, noteCommand, noteEnd, noteSource, traceFields, type TracedSql } from './runSpan.ts'

/** The source's own statement_timeout comes first; this is for statements that switch it off. */
const deadlineGraceMs = 2_000

/** When this share of its time is used, the events of a query say so. */
const softShare = 0.8

/** What a run needs of its worker. */
export interface RunContext {
  pool: pg.Pool
  results: ResultStores
  /** Stored bytes above which results of a lane lie in S3; null: never. */
  s3AboveBytes: (lane: string) => number | null
  sources: SourceRegistry
  connections: SourceConnections
  persist: Persist
  finisher: Batcher<Outcome, State | null>
  runs: ActiveRuns
  figures: Pick<Figures, 'count'>
  heart: Pick<Heart, 'isTrusted' | 'workerId'>
  tracedSql: TracedSql
  logger: Logger
}

/** Runs one claimed query to its end: claim → run → store → finish. Never rejects because of the query. */
export async function runQuery(context: RunContext, claim: Claim): Promise<void> {
  await inRunSpan(claim, (span) => runToEnd(context, claim, span))
}

async function runToEnd(context: RunContext, claim: Claim, span: Span): Promise<void> {
  const signal = context.runs.enter(claim.queryId, claim.token)
  const deadline = setTimeout(
    () => context.runs.stopRun(claim.token, 'deadline'),
    claim.timeoutSeconds * 1000 + deadlineGraceMs,
  )
  const announcement = setTimeout(() => announce(context, claim), claim.timeoutSeconds * 1000 * softShare)
  const about = { queryId: claim.queryId, ...traceFields(span) }
  const run: Run = { claim, span, about, signal, claimedAt: performance.now(), firstRowMs: null, mayHaveWritten: false }
  context.logger.debug({ ...about, attempt: claim.attempt }, 'query started')
  try {
    if (!context.heart.isTrusted) throw new RunStopped('untrusted')
    const source = await context.persist(() => context.sources.find(claim.source), signal)
    if (source === undefined) throw new RunError('source_missing', `There is no source ${claim.source} any more.`)
    const { draft, limitingFactor } = await readIntoStore(context, run, source)
    await end(context, run, { state: 'succeeded', manifest: { ...draft, limitingFactor } })
  } catch (error) {
    await endWithError(context, run, signal.aborted ? signal.reason : error).catch((failure: unknown) => {
      context.logger.error({ err: failure, ...about }, 'the end of a run could not be written')
      context.runs.leaveOpen(claim.queryId, claim.token)
    })
  } finally {
    clearTimeout(deadline)
    clearTimeout(announcement)
    context.runs.leave(claim.token)
  }
}

function announce({ pool, logger }: RunContext, { queryId, token }: Claim): void {
  announceTimeout(pool, queryId, token).catch((error: unknown) =>
    logger.warn({ err: error, queryId }, 'could not announce that the time of a query is nearly over'),
  )
}

/** A claimed query and how far it came. */
interface Run {
  claim: Claim
  span: Span
  /** What log lines about it say. */
  about: { queryId: string; trace_id?: string }
  signal: AbortSignal
  claimedAt: number
  firstRowMs: number | null
  /** A statement that may write was sent to its source. */
  mayHaveWritten: boolean
}

async function readIntoStore(
  context: RunContext,
  run: Run,
  source: Source,
): Promise<{ draft: ManifestDraft; limitingFactor: 'row_limit' | 'byte_limit' | null }> {
  const { claim, signal, span } = run
  noteSource(span, source, claim.sql, context.tracedSql)
  if (source.writes) {
    const isSecure = await context.persist(() => secureLease(context.pool, claim.queryId, claim.token), signal)
    if (!isSecure) throw new LeaseLost(claim.queryId)
  }
  const { connection, memory } = await context.connections.acquire(source, signal)
  if (claim.explain) await capturePlan(context, claim, signal, connection, memory)
  const applicationName = runName(claim)
  run.mayHaveWritten = source.writes
  const timeoutSeconds = claim.explain ? secondsLeft(run) : claim.timeoutSeconds
  const statement = new Statement(connection, { ...claim, timeoutSeconds, applicationName }, memory)
  const giveUp = handingOver(context, claim, connection, applicationName)
  const settled = statement.settled.then(async (what) => {
    context.connections.release(connection)
    if (what === 'uncertain') await giveUp()
  })
  let writer: ResultWriter | undefined
  const stop = (): void => {
    statement.stop(new RunError('source_connection_lost', 'The run was stopped.'))
    // It may wait for a store that does not answer.
    void writer?.abandon()
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()

  try {
    const repeat: Repeat = (write) => context.persist(write, signal)
    writer = new ResultWriter(context.results, claim, await statement.columns, context.s3AboveBytes(claim.lane), repeat)
    for await (const batch of statement.batches()) {
      run.firstRowMs ??= performance.now() - run.claimedAt
      await writer.write(batch)
    }
    noteCommand(span, source, statement.command)
    const draft = await writer.finish()
    return { draft, limitingFactor: statement.summary.limitingFactor }
  } catch (error) {
    stop()
    await writer?.abandon()
    await leaveSource(settled, giveUp, signal.aborted ? (signal.reason as RunStopped).reason : error)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** What is left of the time of a run, part of which its plan took. */
function secondsLeft({ claim, claimedAt }: Run): number {
  return Math.max(0.001, claim.timeoutSeconds - (performance.now() - claimedAt) / 1000)
}

async function endWithError(context: RunContext, run: Run, error: unknown): Promise<void> {
  const { logger } = context
  const { about, span } = run
  const { queryId, token } = run.claim
  const fail = async (state: 'failed' | 'timed_out', { error }: RunError): Promise<void> => {
    if (error.retryable && !run.mayHaveWritten) {
      const reached = await context.persist(() => tryAgain(context.pool, queryId, token, error))
      if (reached !== 'running' && reached !== 'canceling') {
        noteEnd(span, { state: reached, error })
        logger.info({ ...about, code: error.code, state: reached }, 'an attempt failed')
        return
      }
    }
    await end(context, run, { state, error })
  }

  if (error instanceof RunStopped) await endStopped(context, run, error.reason)
  else if (error instanceof LeaseLost) noteLostLease(context, run)
  else if (error instanceof RunError) {
    await fail(error.error.code === 'statement_timeout' ? 'timed_out' : 'failed', error)
  } else {
    logger.error({ err: error, ...about }, 'the result could not be stored')
    await fail('failed', storeFailure(error))
  }
}

async function endStopped(context: RunContext, run: Run, reason: StopReason): Promise<void> {
  const { pool, persist } = context
  const { queryId, token } = run.claim
  const fail = (state: 'failed' | 'timed_out', code: ErrorCode, message: string): Promise<void> =>
    end(context, run, { state, error: new RunError(code, message).error })

  switch (reason) {
    case 'canceled':
      // The end of the run turns canceling into canceled, whatever it reports.
      return await fail('failed', 'interrupted', 'The query was canceled.')
    case 'deadline':
      return await fail('timed_out', 'statement_timeout', 'The statement ran longer than its timeout_seconds.')
    case 'lease_lost':
      noteLostLease(context, run)
      return
    case 'draining':
    case 'untrusted':
      if (run.mayHaveWritten) {
        return await fail(
          'failed',
          'interrupted',
          reason === 'draining'
            ? 'The worker stopped while the statement ran; whether it took effect is not known.'
            : 'The worker lost the control database while the statement ran; whether it took effect is not known.',
        )
      }
      noteEnd(run.span, {
        state: await persist(() => giveBack(pool, queryId, token)),
        error: { code: 'interrupted' },
      })
  }
}

async function end(
  context: RunContext,
  run: Run,
  outcome: { state: 'succeeded'; manifest: FinalManifest } | { state: 'failed' | 'timed_out'; error: QueryError },
): Promise<void> {
  const { queryId, token } = run.claim
  const state = await context.finisher.add({ queryId, token, firstRowMs: run.firstRowMs, ...outcome })
  if (outcome.state === 'succeeded' && (state === 'running' || state === 'canceling')) throw lostChunks()
  if (state === null) {
    noteLostLease(context, run)
    return
  }
  if (state === 'canceled') noteEnd(run.span, { state })
  else
    noteEnd(
      run.span,
      outcome.state === 'succeeded' ? { state, result: outcome.manifest } : { state, error: outcome.error },
    )
  const about = { ...run.about, attempt: run.claim.attempt, state }
  if (state === 'succeeded') context.logger.debug(about, 'query ended')
  else context.logger.info({ ...about, ...('error' in outcome ? { code: outcome.error.code } : {}) }, 'query ended')
}

function noteLostLease({ figures, logger }: RunContext, { claim: { token }, about, span }: Run): void {
  figures.count('leases_lost')
  noteEnd(span, { state: null, error: { code: 'lease_lost' } })
  logger.warn({ ...about, token }, 'the lease was lost; another run may have taken over')
}
