/**
 * What every statement finds in its session, whatever the server's defaults are: text forms
 * are fixed so that a value means the same. They are given at the start of a session, which
 * DISCARD ALL puts it back to; behind a pooler in each transaction.
 */
export const sessionSettings = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lock_timeout: '30s',
  idle_in_transaction_session_timeout: '60s',
  // A worker that dies mid-statement must not leave the statement behind.
  client_connection_check_interval: '2s',
}
