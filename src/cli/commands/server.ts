import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { UsageError } from '../../errors.ts'
import { createLogger } from '../../log.ts'
import { requireDatabase } from '../requireDatabase.ts'
import { requireMemorySettings } from '../memorySettings.ts'
import { onStopSignal } from '../signals.ts'

export function addServerCommand(program: Command): void {
  program
    .command('server')
    .description('Serve the HTTP API')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on')
    .action(async ({ host, port }: { host?: string; port?: string }) => {
      const config = requireDatabase(loadConfig({ SLUICE_HOST: host, SLUICE_PORT: port }))
      if (config.apiKey === undefined) {
        throw new UsageError(
          'The server does not start without an API key of its own. Set SLUICE_API_KEY to a secret of at least 32 characters, such as the output of: openssl rand -hex 32',
        )
      }
      requireMemorySettings()
      const { pages } = await import('../../admin/pages.ts')
      const { serve } = await import('../../server/serve.ts')
      const logger = createLogger(config, 'server')
      const server = await serve({ config, apiKey: config.apiKey, logger, pages: pages(config.admin) })
      logger.info({ url: server.url }, 'listening')
      onStopSignal(
        (signal) => {
          // SIGINT is a person's, who waits for it.
          const graceSeconds = signal === 'SIGINT' ? 0 : config.stopGraceSeconds
          logger.info({ signal, graceSeconds }, 'stopping')
          void server.close(graceSeconds).then(() => logger.info('stopped'))
        },
        () => process.exit(1),
      )
    })
}
