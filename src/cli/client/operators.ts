import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { connect, type UrlOption } from './connect.ts'
import type { operatorCalls } from './operatorCalls.ts'

/** What the commands for operators can do. */
export type Operators = ReturnType<typeof operatorCalls>

/** Adds the option that chooses between server and control database. */
export function addOperatorOptions(command: Command): Command {
  return command.option(
    '--url <address>',
    'address of the server (default: DATABASE_URL without a server, or SLUICE_URL)',
  )
}

/**
 * Lets `action` work directly on the control database if DATABASE_URL is set, else through
 * the server; an address on the command line goes before both.
 */
export async function withOperators<T>(options: UrlOption, action: (operators: Operators) => Promise<T>): Promise<T> {
  const { databaseUrl, webhookNetworks } = loadConfig()
  if (databaseUrl === undefined || options.url !== undefined) return await action(connect(options))
  // Loaded when it is needed: most commands talk to a server only.
  const { onDatabase } = await import('./databaseOperators.ts')
  return await onDatabase(databaseUrl, webhookNetworks, action)
}
