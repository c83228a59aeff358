import { query } from '../wire/messages.ts'
import { sessionSettings } from './sessionSettings.ts'
import type { Source } from './source.ts'

/** What the transaction of a statement starts with. */
export interface TransactionSettings {
  timeoutSeconds: number
  /** Shows in the source's pg_stat_activity while the statement runs. */
  applicationName: string
}

type Kind = Pick<Source, 'writes' | 'preparedStatements'>

/** Opens the transaction of a statement. The server is ready once after it. */
export function openTransaction(
  { writes, preparedStatements }: Kind,
  { timeoutSeconds, applicationName }: TransactionSettings,
): Buffer {
  const settings = {
    statement_timeout: String(Math.ceil(timeoutSeconds * 1000)),
    application_name: applicationName,
    ...(preparedStatements ? {} : sessionSettings),
  }
  const calls = Object.entries(settings).map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value.replaceAll("'", "''")}', true)`,
  )
  // The select takes a snapshot, after which a read-only transaction stays read-only.
  return query(`begin ${writes ? 'read write' : 'read only'}; select ${calls.join(', ')}`)
}

/**
 * Ends it and leaves the session as it was at first: a rollback undoes settings, too. A pooler may give what comes in
 * another message to another session, and has told others of what DISCARD ALL would forget.
 *
 * @returns messages after each of which the server is ready once
 */
export function closeTransaction({ preparedStatements }: Kind, how: 'commit' | 'rollback'): Buffer[] {
  return preparedStatements
    ? [query(how), query('discard all')]
    : [query(`${how}; select pg_catalog.pg_advisory_unlock_all()`)]
}
