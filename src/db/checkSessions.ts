import { UsageError } from '../errors.ts'
import { createControlClient, sessionSettings } from './client.ts'

const timeoutMs = 5_000
/** The session that a pooler takes next is mostly, not always, the one that was given back last. */
const tries = 3

const sessionsAdvice =
  'Sluice listens and holds advisory locks: give it the address of PostgreSQL itself, or of the pooler in session mode. See docs/poolers.md.'
const settingsAdvice = 'Add ?prepared_statements=false to the address. See docs/poolers.md.'

/** A client as pg keeps it: the process that the server named at the start of the session. */
interface NamedProcess {
  processID: number
}

/**
 * Refuses a control database behind a pooler that shares sessions between its clients, or takes none of their
 * settings: notifications and locks would be lost there without a word. One that cannot be reached is left to whoever
 * connects next.
 *
 * @returns what works worse there, as a sentence; undefined if nothing does
 * @throws UsageError that says what is in the way
 */
export async function checkSessions(connectionString: string): Promise<string | undefined> {
  const connect = async () => {
    const client = createControlClient({
      connectionString,
      applicationName: 'sluice (start)',
      connectTimeoutMs: timeoutMs,
      answerTimeoutMs: timeoutMs,
      settings: sessionSettings(false),
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
  }
  try {
    await using first = disposable(await connect())
    const { rows } = await first.client.query<{ pid: number; plans: string }>(
      `select pg_backend_pid() as pid, current_setting('plan_cache_mode') as plans`,
    )
    const { pid, plans } = rows[0]!
    // A pooler makes up processes of its own.
    if ((first.client as unknown as NamedProcess).processID === pid) return undefined
    for (let i = 0; i < tries; i++) {
      const asked = await first.client.query<{ pid: number }>('select pg_backend_pid() as pid')
      await using second = disposable(await connect())
      const shared = await second.client.query<{ pid: number }>('select pg_backend_pid() as pid')
      // Both are connected: no session can be that of both.
      if (shared.rows[0]!.pid === asked.rows[0]!.pid) {
        throw new UsageError(`DATABASE_URL leads through a pooler in transaction mode. ${sessionsAdvice}`)
      }
    }
    if (plans === 'force_generic_plan') return undefined
    return 'A pooler before the control database drops the settings of sessions. Statements get slower as tables grow. Add ?prepared_statements=false to DATABASE_URL. See docs/poolers.md.'
  } catch (error) {
    if (error instanceof UsageError) throw error
    if (/unsupported startup parameter/i.test((error as Error).message)) {
      throw new UsageError(
        `DATABASE_URL leads through a pooler that refuses the settings of sessions (${(error as Error).message}). ${settingsAdvice}`,
        { cause: error },
      )
    }
    return undefined
  }
}

function disposable<T extends { end(): Promise<void> }>(client: T): AsyncDisposable & { client: T } {
  return { client, [Symbol.asyncDispose]: () => client.end().catch(() => undefined) }
}
