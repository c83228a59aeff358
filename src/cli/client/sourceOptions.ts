import { Option, type Command } from 'commander'
import type { SourceChange } from './apiTypes.ts'
import { wholeNumber } from './optionValues.ts'

/** The options that say how a source is reached. */
export interface SourceOptions {
  host?: string
  port?: number
  database?: string
  user?: string
  tls?: 'disable' | 'require' | 'verify-full'
  writes?: boolean
  preparedStatements?: boolean
  maxConnections?: number
}

/**
 * Adds the options of a source to a command.
 *
 * @param required a source cannot be without host, database and user
 */
export function addSourceOptions(command: Command, required: boolean): Command {
  const options = [
    new Option('--host <name>', 'host name or address of its server').makeOptionMandatory(required),
    new Option('--port <number>', 'port of its server (default: 5432)').argParser(wholeNumber(1, 65535)),
    new Option('--database <name>', 'database').makeOptionMandatory(required),
    new Option('--user <name>', 'role to log in as').makeOptionMandatory(required),
    new Option(
      '--tls [mode]',
      'verify-full (what --tls alone means), require or disable (default: disable on loopback)',
    )
      .choices(['disable', 'require', 'verify-full'])
      .preset('verify-full'),
    new Option('--writes', 'let statements write, and commit them'),
    new Option('--no-writes', 'run statements read-only'),
    new Option('--prepared-statements', 'keep sessions, as without a pooler'),
    new Option('--no-prepared-statements', 'keep nothing in sessions: for poolers such as PgBouncer'),
    new Option('--max-connections <number>', 'most connections of one worker').argParser(wholeNumber(1, 10_000)),
  ]
  for (const option of options) command.addOption(option)
  return command
}

/** The settings that the options mean; undefined: as it is, or the default. */
export function toSourceChange({
  host,
  port,
  database,
  user,
  tls,
  writes,
  preparedStatements,
  maxConnections,
}: SourceOptions): SourceChange {
  return {
    host,
    port,
    database,
    user,
    tls,
    writes,
    prepared_statements: preparedStatements,
    max_connections: maxConnections,
  }
}
