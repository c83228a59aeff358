import { setTimeout as sleep } from 'node:timers/promises'
import { endBackends } from './backends.ts'
import type { SourceConnection } from './connection.ts'

/** What is known of a session that ended: its process is gone, or nobody could say. */
export type SessionEnd = 'gone' | 'uncertain'

/** A cancel that comes while the session is between two commands has no effect, so it is sent again after these. */
const pausesMs = [100, 150]
/** After the last cancel a session gets so long to end before it is terminated. */
const graceMs = 250
/** How long a termination is tried and looked for. */
const terminateMs = 30_000

/**
 * Ends a session: cancels what it runs, waits a moment for the source to close the
 * connection, then terminates it over another one and looks until it is gone. Closes the
 * connection in any case; never rejects.
 *
 * @param applicationName the name of the run, by which it is known behind a pooler
 * @param onCanceled called when the server has taken a cancel, or none can be sent
 */
export async function endSession(
  connection: SourceConnection,
  applicationName: string,
  onCanceled: () => void,
): Promise<SessionEnd> {
  const grace = new AbortController()
  const closed = await Promise.race([connection.closed, cancelAgain(connection, onCanceled, grace.signal)])
  grace.abort()
  if (closed) return 'gone'
  const { source, backend } = connection
  const unwanted = {
    backends: backend === undefined ? [] : [backend],
    applicationNames: source.preparedStatements ? [] : [applicationName],
  }
  const isKnown = unwanted.backends.length + unwanted.applicationNames.length > 0
  const gone = isKnown && (await endBackends(source, unwanted, terminateMs))
  connection.destroy()
  return gone ? 'gone' : 'uncertain'
}

/** Cancels until the session has had its time. */
async function cancelAgain(connection: SourceConnection, onCanceled: () => void, signal: AbortSignal): Promise<false> {
  const cancel = (): void => void connection.cancel().then(onCanceled, onCanceled)
  cancel()
  for (const pauseMs of pausesMs) {
    const isTime = await sleep(pauseMs, true, { signal }).catch(() => false)
    if (!isTime) return false
    cancel()
  }
  await sleep(graceMs, undefined, { signal }).catch(() => undefined)
  return false
}
