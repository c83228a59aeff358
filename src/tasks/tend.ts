import type pg from 'pg'
import { isConnectionError } from '../db/sqlState.ts'
import type { Logger } from '../log.ts'
import { wakeStaleLanes } from '../queries/lanes.ts'
import { forgetOrphans, giveUpOrphans, takeOrphans, type Orphans } from '../queries/orphans.ts'
import { cancelAbandoned, reap, timeOutQueued } from '../queries/workers.ts'
import { endBackends } from '../sources/backends.ts'
import type { SourceRegistry } from '../sources/registry.ts'

/** How long the end of orphans is tried at one time. */
const endOrphansMs = 5_000

interface TendContext {
  pool: pg.Pool
  sources: SourceRegistry
  logger: Logger
  /** Does what is not waited for. */
  background: (what: string, work: () => Promise<unknown>) => void
}

/**
 * What workers do for each other and for the queue: take queries away from dead workers and
 * end what these left behind at sources, end queries whose time is over, wake lanes that
 * were forgotten. Each duty is done whatever becomes of the others, unless PostgreSQL is away.
 *
 * @throws if it is
 */
export async function tend(context: TendContext): Promise<void> {
  const { pool, logger } = context
  const duty = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (isConnectionError(error)) throw error
      logger.warn({ err: error }, `could not ${what}; it is tried again`)
    })
  }
  await duty('look for dead workers', async () => {
    const reaped = await reap(pool)
    if (reaped > 0) logger.warn({ reaped }, 'took queries away from dead workers')
  })
  await duty('end queries past their queue timeout', () => timeOutQueued(pool))
  await duty('cancel queries that nobody asks about', () => cancelAbandoned(pool))
  await duty('wake lanes', () => wakeStaleLanes(pool))
  await duty('end orphans', async () => {
    const orphans = await takeOrphans(pool)
    // A source that does not answer must not keep the others from their turn.
    for (const ofSource of orphans) context.background('end orphans', () => endOrphans(context, ofSource))
    const lost = orphans.length === 0 ? 0 : await giveUpOrphans(pool)
    if (lost > 0) logger.error({ lost }, 'gave up sessions at sources that could not be ended for a day')
  })
}

async function endOrphans({ pool, sources, logger }: TendContext, orphans: Orphans): Promise<void> {
  const source = await sources.find(orphans.source)
  const areGone = source === undefined || (await endBackends(source, orphans, endOrphansMs))
  const about = { source: orphans.source, sessions: orphans.ids.length }
  if (areGone) {
    await forgetOrphans(pool, orphans.ids)
    logger.warn(about, 'ended sessions that a worker had left behind')
  } else {
    logger.warn(about, 'could not end sessions that a worker had left behind; it is tried again')
  }
}
