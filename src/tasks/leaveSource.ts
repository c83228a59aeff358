import { setTimeout as sleep } from 'node:timers/promises'
import { RunError } from '../errors.ts'
import type { Claim } from '../queries/claim.ts'
import { noteOrphan } from '../queries/orphans.ts'
import type { SourceConnection } from '../sources/connection.ts'
import type { RunContext } from './runQuery.ts'

/** Who drains, or has ended a run for its time, waits no longer than this for the source to let go of it. */
const leaveMs = 2_000

/**
 * Waits until nothing of a run is left at its source, as long as it matters; then whoever is
 * to see the end of its session is told before the end of the run is, so that no cancel is
 * reported done too early.
 *
 * @param settled fulfils when the session is known to have ended, or others look for its end
 * @param giveUp lets others look
 * @param why what ended the run: a reason to stop, or an error
 */
export async function leaveSource(settled: Promise<void>, giveUp: () => Promise<void>, why: unknown): Promise<void> {
  if (why === 'lease_lost') return
  if (why === 'canceled') await settled
  else if (typeof why === 'string' || isLostConnection(why)) {
    const isLate = await Promise.race([settled.then(() => false), sleep(leaveMs, true, { ref: false })])
    if (isLate) await giveUp()
  }
}

/** Whether a run ended because its source, or the way to it, went away. */
export function isLostConnection(error: unknown): boolean {
  return error instanceof RunError && error.error.code === 'source_connection_lost'
}

/** What lets others look, once, for the end of a session that could not be seen: any worker goes on looking. */
export function handingOver(
  context: RunContext,
  { queryId, token }: Claim,
  { source, backend }: SourceConnection,
  applicationName: string,
): () => Promise<void> {
  const { heart, pool, persist, logger } = context
  const orphan = { workerId: heart.workerId, queryId, token, source: source.name, backend, applicationName }
  let done: Promise<void> | undefined
  return () =>
    (done ??= persist(() => noteOrphan(pool, orphan)).catch((error: unknown) =>
      logger.warn({ err: error, queryId }, 'could not note a session that may go on at its source'),
    ))
}
