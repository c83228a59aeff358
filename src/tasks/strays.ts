import { RunError } from '../errors.ts'
import { giveBack } from '../queries/giveBack.ts'
import { findStrays } from '../queries/strays.ts'
import type { RunContext } from './runQuery.ts'

/**
 * Sees to leases that this worker holds although it runs nothing under them: of runs whose
 * end PostgreSQL refused, and of claims that were committed while their answer was lost
 * with the connection, which are given back.
 */
export async function endStrays({ pool, heart, runs, finisher, logger }: RunContext): Promise<void> {
  if (!heart.isTrusted) return
  for (const run of runs.takeOpen()) {
    const { error } = new RunError('result_store_failed', 'The end of the query could not be stored.')
    await finisher.add({ ...run, firstRowMs: null, state: 'failed', error }).catch((refusal: unknown) => {
      logger.error({ err: refusal, queryId: run.queryId }, 'the end of a run could still not be written')
      runs.leaveOpen(run.queryId, run.token)
    })
  }
  const known = runs.list()
  for (const { queryId, token } of await findStrays(pool, heart.workerId, known)) {
    const state = await giveBack(pool, queryId, token)
    if (state !== null) logger.warn({ queryId, state }, 'gave back a query whose claim had been lost')
  }
}
