import { query } from '../wire/messages.ts'

/** What the transaction of a statement starts with. */
export interface TransactionSettings {
  timeoutSeconds: number
  /** Shows in the source's pg_stat_activity while the statement runs. */
  applicationName: string
}

/** Opens the transaction of a statement. The server is ready once after it. */
export function openTransaction(writes: boolean, { timeoutSeconds, applicationName }: TransactionSettings): Buffer {
  // The select takes a snapshot, after which a read-only transaction stays read-only.
  return query(
    `begin ${writes ? 'read write' : 'read only'}; ` +
      `select pg_catalog.set_config('statement_timeout', '${timeoutSeconds * 1000}', true), ` +
      `pg_catalog.set_config('application_name', '${applicationName.replaceAll("'", "''")}', true)`,
  )
}

/** Ends it and leaves the session as it was at first. The server is ready twice after these. */
export function closeTransaction(how: 'commit' | 'rollback'): Buffer[] {
  return [query(how), query('discard all')]
}
