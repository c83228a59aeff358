import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isConnectionError } from '../../../src/db/sqlState.ts'

const patienceMs = 60_000
const retryMs = 50

/** Connections past every proxy, for who watches: a statement is tried again while the server is away. */
export class Watcher {
  readonly pool: pg.Pool

  constructor(connectionString: string) {
    this.pool = new pg.Pool({ connectionString, max: 8, application_name: 'sluice test' })
    // Faults end connections.
    this.pool.on('error', () => undefined)
    this.pool.on('connect', (client) => client.on('error', () => undefined))
  }

  async query<T extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
  ): Promise<pg.QueryResult<T>> {
    const giveUpAt = performance.now() + patienceMs
    for (;;) {
      try {
        return values.length === 0 ? await this.pool.query<T>(text) : await this.pool.query<T>(text, values)
      } catch (error) {
        if (!isConnectionError(error) || performance.now() > giveUpAt) throw error
        await sleep(retryMs)
      }
    }
  }

  async end(): Promise<void> {
    await this.pool.end()
  }
}
