import { UsageError } from '../errors.ts'
import { createControlClient, sessionSettings } from './client.ts'
import { missingMigrations } from './migrate.ts'
import { isMissingObject } from './sqlState.ts'

const timeoutMs = 5_000

/**
 * Refuses a control database that lacks migrations of this version. One that cannot be reached is left to whoever
 * connects next.
 *
 * @throws UsageError that says what to run
 */
export async function requireMigrations(connectionString: string): Promise<void> {
  const client = createControlClient({
    connectionString,
    applicationName: 'sluice (start)',
    connectTimeoutMs: timeoutMs,
    answerTimeoutMs: timeoutMs,
    settings: sessionSettings(false),
  })
  client.on('error', () => undefined)
  let missing: string[]
  try {
    await client.connect()
    missing = await missingMigrations(client)
  } catch (error) {
    if (!isMissingObject(error)) return
    throw new UsageError(`The control database has no tables of Sluice. ${advice}`, { cause: error })
  } finally {
    await client.end().catch(() => undefined)
  }
  if (missing.length > 0) {
    throw new UsageError(
      `The control database lacks migrations of this version, from ${missing[0]} on (${missing.length} in all). ${advice}`,
    )
  }
}

const advice = 'Run sluice migrate, if DATABASE_URL names the right database, then start again.'
