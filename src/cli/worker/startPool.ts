import { run, type Runner } from 'graphile-worker'
import type { Config } from '../../config.ts'
import type { WorkerHost } from '../../tasks/preset.ts'
import { createTicketPool } from '../../tasks/ticketPool.ts'
import { workerPreset } from '../workerPreset.ts'

/**
 * Starts a pool of graphile-worker that is a Sluice worker. Its connections for tickets are
 * bounded like all others, which those that graphile-worker makes for itself are not.
 *
 * @throws if the control database cannot be reached, UsageError without one
 */
export async function startPool(config: Config, host?: WorkerHost): Promise<Runner> {
  const preset = workerPreset(config, host)
  const tickets = createTicketPool(config)
  try {
    const runner = await run({ preset, pgPool: tickets, noHandleSignals: true })
    const end = async (): Promise<void> => {
      try {
        await runner.promise
      } finally {
        await tickets.end()
      }
    }
    return { ...runner, promise: end() }
  } catch (error) {
    await tickets.end()
    throw error
  }
}
