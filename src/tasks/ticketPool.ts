import type pg from 'pg'
import type { Config } from '../config.ts'
import { createControlPool } from '../db/pool.ts'
import { createLogger } from '../log.ts'

/** Besides one for each slot: one that listens, one that resets locks and fires the crontab. */
const spare = 2

/** The most connections of a worker for tickets. */
export function ticketConnections({ concurrency }: Pick<Config, 'concurrency'>): number {
  return concurrency + spare
}

/** The connections of graphile-worker. */
export function createTicketPool(config: Config): pg.Pool {
  return createControlPool({
    // The preset is refused without one.
    connectionString: config.databaseUrl!,
    max: ticketConnections(config),
    applicationName: 'sluice worker (tickets)',
    answerTimeoutMs: config.controlTimeoutSeconds * 1000,
    asynchronousCommit: true,
    logger: createLogger(config, 'tickets'),
  })
}
