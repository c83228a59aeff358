import type { Config } from '../config.ts'
import { createLogger } from '../log.ts'
import { Beat } from './beat.ts'
import { runDuties } from './duties.ts'

/**
 * A plugin of graphile-worker that gives a pool its beat.
 *
 * @param about what every line of its log says besides
 */
export function beatPlugin(config: Config, about: () => object): GraphileConfig.Plugin {
  const logger = createLogger(config, 'beat', about)
  let beat: Beat | undefined
  return {
    name: 'SluiceBeatPlugin',
    version: '1',
    worker: {
      hooks: {
        startWorker(_ctx, { worker }) {
          // A worker has been told of its database by then.
          const databaseUrl = config.databaseUrl!
          beat ??= new Beat({
            connectionString: databaseUrl,
            answerTimeoutMs: config.controlTimeoutSeconds * 1000,
            poolId: worker.workerPool.id,
            logger,
            whileHeld: (held) => runDuties({ ...config, databaseUrl }, logger, held),
          })
          beat.start()
        },
      },
      middleware: {
        async poolGracefulShutdown(next) {
          const stopped = beat?.stop()
          await next()
          await stopped
        },
        async poolForcefulShutdown(next) {
          const stopped = beat?.stop()
          const ended = await next()
          await stopped
          return ended
        },
      },
    },
  }
}
