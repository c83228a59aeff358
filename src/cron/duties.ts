import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Config } from '../config.ts'
import { createControlPool } from '../db/pool.ts'
import { Networks } from '../delivery/addresses.ts'
import { evaluateAlerts } from '../delivery/alerts.ts'
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
    answerTimeoutMs: config.controlTimeoutSeconds * 1000,
    logger,
  })
  const poster = new Poster(new Networks(config.webhookNetworks))
  try {
    await Promise.all([runCourier({ pool, poster, logger }, held), watchAlerts(pool, logger, held.signal)])
  } finally {
    poster.close()
    await pool.end()
  }
}

const alertsMs = 10_000

/** Looks at the alert rules until the signal. */
async function watchAlerts(pool: pg.Pool, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const changes = await evaluateAlerts(pool)
      if (changes > 0) logger.warn({ changes }, 'alerts fired or were resolved; see /v1/alerts')
    } catch (error) {
      logger.warn({ err: error }, 'could not look at the alert rules; it is tried again')
    }
    await sleep(alertsMs, undefined, { signal }).catch(() => undefined)
  }
}
