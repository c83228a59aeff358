/**
 * What it means that an error may pass:
 * away – the server, or the connection to it, went; busy – it takes no connection now;
 * conflict – the transaction gave way to another one; standby – this server takes no writes,
 * another one does (of the control database only: to a source it is the user's error).
 */
export type RetryableKind = 'away' | 'busy' | 'conflict' | 'standby'

/** Of a standby, or a primary that was made read-only. */
export const readOnlyState = '25006'

/**
 * The SQLSTATEs after which the same may succeed without a change; every other one is final.
 * One table for the control database and for sources; docs/errors.md shows it. Source:
 * PostgreSQL, appendix A.
 */
export const retryableStates: Readonly<Record<string, { name: string; kind: RetryableKind }>> = {
  '08000': { name: 'connection_exception', kind: 'away' },
  '08001': { name: 'sqlclient_unable_to_establish_sqlconnection', kind: 'away' },
  '08003': { name: 'connection_does_not_exist', kind: 'away' },
  '08004': { name: 'sqlserver_rejected_establishment_of_sqlconnection', kind: 'away' },
  '08006': { name: 'connection_failure', kind: 'away' },
  '08007': { name: 'transaction_resolution_unknown', kind: 'away' },
  [readOnlyState]: { name: 'read_only_sql_transaction', kind: 'standby' },
  '40001': { name: 'serialization_failure', kind: 'conflict' },
  '40P01': { name: 'deadlock_detected', kind: 'conflict' },
  '53300': { name: 'too_many_connections', kind: 'busy' },
  '55P03': { name: 'lock_not_available', kind: 'conflict' },
  '57P01': { name: 'admin_shutdown', kind: 'away' },
  '57P02': { name: 'crash_shutdown', kind: 'away' },
  '57P03': { name: 'cannot_connect_now', kind: 'busy' },
  '57P05': { name: 'idle_session_timeout', kind: 'away' },
}
