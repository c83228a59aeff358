import type { Config } from '../config.ts'
import { createControlPool } from '../db/pool.ts'
import { Networks } from '../delivery/addresses.ts'
import { Poster } from '../delivery/post.ts'
import type { Logger } from '../log.ts'
import type { Held } from './beat.ts'
import { runCourier } from './courier.ts'

/** What the holder of the beat does besides firing schedules, on connections of its own. */
export async function runDuties(config: Config & { databaseUrl: string }, logger: Logger, held: Held): Promise<void> {
  const pool = createControlPool({
    connectionString: config.databaseUrl,
    max: 2,
    applicationName: 'sluice worker (delivery)',
    logger,
  })
  const poster = new Poster(new Networks(config.webhookNetworks))
  try {
    await runCourier({ pool, poster, logger }, held)
  } finally {
    poster.close()
    await pool.end()
  }
}
