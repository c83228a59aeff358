import type { Command } from 'commander'
import { pages } from '../../admin/pages.ts'
import { loadConfig, type Config } from '../../config.ts'
import { migrate } from '../../db/migrate.ts'
import { createControlPool } from '../../db/pool.ts'
import { UsageError } from '../../errors.ts'
import { createLogger } from '../../log.ts'
import { serve } from '../../server/serve.ts'
import { listSources } from '../../sources/manage.ts'
import { ensureDatabase, ensureDemoSource } from '../dev/demoSource.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../dev/embedded.ts'
import { requireFreePort } from '../dev/ports.ts'
import { onStopSignal } from '../signals.ts'
import { Supervisor } from '../worker/supervisor.ts'

const controlDatabase = 'sluice'
/** Where the client commands look unless they are told otherwise. */
const defaultServerUrl = 'http://127.0.0.1:8080'
/** A developer who presses Ctrl-C does not want to wait for a long query. */
const drainSeconds = 5
/** Who tries webhooks out receives them on the same machine. */
const loopback = '127.0.0.0/8,::1'

export function addDevCommand(program: Command): void {
  program
    .command('dev')
    .description('Run everything on this machine: PostgreSQL, sample data, server, worker')
    .option('--host <address>', 'loopback address to listen on')
    .option('--port <number>', 'port to listen on')
    .option('--data-dir <folder>', 'folder of the embedded PostgreSQL')
    .option('--concurrency <number>', 'queries to run at one time')
    .action(async (flags: { host?: string; port?: string; dataDir?: string; concurrency?: string }) => {
      const config = loadConfig(
        {
          SLUICE_HOST: flags.host,
          SLUICE_PORT: flags.port,
          SLUICE_DATA_DIR: flags.dataDir,
          SLUICE_CONCURRENCY: flags.concurrency,
        },
        {
          SLUICE_LOG_LEVEL: 'warn',
          SLUICE_DRAIN_SECONDS: String(drainSeconds),
          SLUICE_WEBHOOK_NETWORKS: loopback,
          ...process.env,
        },
      )
      await dev(config)
    })
}

/** Starts everything, then waits for Ctrl-C and stops it in the opposite order. */
async function dev(config: Readonly<Config>): Promise<void> {
  if (!/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(config.host)) {
    throw new UsageError(
      `sluice dev asks for no login, so it listens on loopback only, not on ${config.host}. Use sluice server for that.`,
    )
  }
  // Before the sample data are made, which takes a while.
  await requireFreePort(
    config.host,
    config.port,
    `Port ${config.port} on ${config.host} is taken. Stop what listens there, or choose another port with --port.`,
  )
  const stopping = Promise.withResolvers<never>()
  stopping.promise.catch(() => undefined)
  let worker: Supervisor | undefined
  const ignoreSignals = onStopSignal(
    () => {
      say('\nStopping …')
      stopping.reject(new Interrupted())
    },
    () => worker?.hurry(),
    // The last comes when the terminal is closed.
    ['SIGINT', 'SIGTERM', 'SIGHUP'],
  )
  // A terminal that is closed takes no more text; the rest must be stopped all the same.
  process.stdout.on('error', () => undefined)
  /** What a step of the start gives, unless Ctrl-C comes first: stopping the server then ends the step, too. */
  const unlessStopping = <T>(step: Promise<T>): Promise<T> => Promise.race([stopping.promise, step])

  const cleanUps: (() => Promise<void>)[] = []
  try {
    const logger = createLogger(config, 'dev')
    const embedded = config.databaseUrl === undefined ? await startPostgres(config) : undefined
    if (embedded !== undefined) cleanUps.push(() => embedded.stop())
    const databaseUrl = config.databaseUrl ?? embedded!.url(controlDatabase)
    const hasSource = await unlessStopping(prepareDatabase(databaseUrl, embedded, config))

    const withDatabase = { ...config, databaseUrl }
    const server = await serve({ config: withDatabase, apiKey: undefined, logger, pages: pages(config.admin) })
    cleanUps.push(() => server.close())
    worker = new Supervisor({
      processes: 1,
      environment: workerEnvironment(withDatabase),
      drainSeconds: config.drainSeconds,
      logger,
    })
    worker.start()
    const running = worker
    cleanUps.push(async () => {
      running.stop()
      await running.ended
    })

    say(greeting(server.url, hasSource, embedded && databaseUrl))
    await Promise.race([stopping.promise, refusal(worker)])
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
    ignoreSignals()
  }
  say('Stopped. The data is kept for the next start.')
}

/** Rejects when the worker does not start with this configuration. */
async function refusal(worker: Supervisor): Promise<void> {
  await worker.ended
  throw new UsageError('The worker does not start with these settings; it has said why.')
}

/** Ctrl-C. */
class Interrupted extends Error {
  override name = 'Interrupted'
}

async function startPostgres(config: Readonly<Config>): Promise<EmbeddedPostgres> {
  say(`Starting the embedded PostgreSQL in ${config.dataDir} …`)
  return await startEmbeddedPostgres(config.dataDir, config.embeddedPort)
}

/** Brings the control database up to date; whether there is a source to run the first query on. */
async function prepareDatabase(
  databaseUrl: string,
  embedded: EmbeddedPostgres | undefined,
  config: Readonly<Config>,
): Promise<boolean> {
  if (embedded !== undefined) await ensureDatabase(embedded, controlDatabase)
  await migrate(databaseUrl)
  const pool = createControlPool({
    connectionString: databaseUrl,
    max: 1,
    applicationName: 'sluice dev',
    answerTimeoutMs: config.controlTimeoutSeconds * 1000,
    logger: createLogger(config, 'dev'),
  })
  try {
    if (embedded !== undefined) {
      await ensureDemoSource(embedded, pool, () => say('Making 1,000,000 rows of sample data, once …'))
    }
    return (await listSources(pool)).some(({ name }) => name === 'default')
  } finally {
    await pool.end()
  }
}

function workerEnvironment(config: Config & { databaseUrl: string }): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: config.databaseUrl,
    SLUICE_CONCURRENCY: String(config.concurrency),
    SLUICE_DRAIN_SECONDS: String(config.drainSeconds),
    SLUICE_WEBHOOK_NETWORKS: config.webhookNetworks.join(','),
    SLUICE_LOG_LEVEL: config.logLevel,
  }
}

/** @param embeddedUrl address of the control database on the embedded server; undefined: it is the user's, who knows it */
function greeting(url: string, hasSource: boolean, embeddedUrl: string | undefined): string {
  const toServer = url === defaultServerUrl ? '' : ` --url ${url}`
  const first = hasSource
    ? `Try:

  curl -s '${url}/v1/queries?wait=10' -H 'Content-Type: application/json' \\
    -d '{"sql": "select country, count(*), sum(amount) from events group by country order by 2 desc"}'

  npx sluice query${toServer} "select kind, count(*) from events group by kind"

  psql ${embeddedUrl === undefined ? '"$DATABASE_URL"' : `'${embeddedUrl}'`} -c "select id, state, sql from sluice.queries order by id desc limit 5"`
    : `There is no source yet. Point one at a database of yours:

  npx sluice source add default${toServer} --host … --database … --user …`
  return `
Sluice is ready at ${url} (no login: for this machine only).

${first}

Start page ${url}/   API ${url}/docs   Ctrl-C stops everything.
`
}

/** What the person at the terminal reads; the log goes to standard error. */
function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
