import { hostname } from 'node:os'
import envPaths from 'env-paths'
import { z } from 'zod'
import { UsageError } from './errors.ts'

const seconds = (least: number, most: number) => z.coerce.number().int().min(least).max(most)
const laneName = /^[a-z0-9][a-z0-9_-]{0,62}$/

/**
 * Every setting of Sluice: environment variable, what it takes, default. Command-line flags
 * of the same meaning go before the environment. Units stand in the names.
 */
const settings = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional()
    .describe('a postgres:// address of the control database'),
  SLUICE_HOST: z.string().min(1).default('127.0.0.1').describe('a host name or address to listen on'),
  SLUICE_PORT: z.coerce.number().int().min(0).max(65535).default(8080).describe('a TCP port, 0 to 65535'),
  SLUICE_API_KEY: z.string().min(32).optional().describe('a secret of at least 32 characters'),
  SLUICE_URL: z.url().default('http://127.0.0.1:8080').describe('an http:// or https:// address of a Sluice server'),
  SLUICE_DATA_DIR: z
    .string()
    .min(1)
    .default(defaultDataDir())
    .describe('a folder for the embedded PostgreSQL of sluice dev'),
  SLUICE_EMBEDDED_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .default(54321)
    .describe('a TCP port, 1 to 65535, for the embedded PostgreSQL'),
  SLUICE_LANES: z
    .string()
    .transform((text) => text.split(',').map((lane) => lane.trim()))
    .pipe(z.array(z.string().regex(laneName)).min(1))
    .optional()
    .describe('names of lanes, separated by commas'),
  SLUICE_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(16)
    .describe('the number of queries that a worker runs at one time, 1 to 1000'),
  SLUICE_DRAIN_SECONDS: seconds(0, 86400)
    .default(30)
    .describe('how long a stopping worker lets its queries run, 0 to 86400 seconds'),
  SLUICE_CONTROL_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .max(1000)
    .default(8)
    .describe('the most connections of one process to the control database, 2 to 1000'),
  SLUICE_WORKER_NAME: z.string().min(1).default(hostname()).describe('the host name that a worker reports'),
  SLUICE_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('trace, debug, info, warn, error or silent'),
}

const schema = z.object(settings)
type Settings = z.infer<typeof schema>

/** The effective configuration, read once at start and passed down. */
export interface Config {
  databaseUrl: string | undefined
  host: string
  port: number
  apiKey: string | undefined
  serverUrl: string
  dataDir: string
  embeddedPort: number
  lanes: string[] | undefined
  concurrency: number
  drainSeconds: number
  controlConnections: number
  workerName: string
  logLevel: Settings['SLUICE_LOG_LEVEL']
}

/**
 * Reads the configuration.
 *
 * @param flags values of command-line flags by the variable that they stand for
 * @param env the environment
 * @throws UsageError that names the variable, what it got and what it takes
 */
export function loadConfig(
  flags: Partial<Record<keyof typeof settings, string | undefined>> = {},
  env: NodeJS.ProcessEnv = process.env,
): Readonly<Config> {
  const given = Object.fromEntries(
    Object.keys(settings).map((name) => {
      const value = flags[name as keyof typeof settings] ?? env[name]
      return [name, value === '' ? undefined : value]
    }),
  )
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const names = new Set(parsed.error.issues.map((issue) => String(issue.path[0])))
    throw new UsageError([...names].map((name) => explain(name, given[name])).join('\n'))
  }
  const s = parsed.data
  return Object.freeze({
    databaseUrl: s.DATABASE_URL,
    host: s.SLUICE_HOST,
    port: s.SLUICE_PORT,
    apiKey: s.SLUICE_API_KEY,
    serverUrl: s.SLUICE_URL.replace(/\/+$/, ''),
    dataDir: s.SLUICE_DATA_DIR,
    embeddedPort: s.SLUICE_EMBEDDED_PORT,
    lanes: s.SLUICE_LANES,
    concurrency: s.SLUICE_CONCURRENCY,
    drainSeconds: s.SLUICE_DRAIN_SECONDS,
    controlConnections: s.SLUICE_CONTROL_CONNECTIONS,
    workerName: s.SLUICE_WORKER_NAME,
    logLevel: s.SLUICE_LOG_LEVEL,
  })
}

/** The settings as `sluice config` and docs/configuration.md show them: secrets hidden, values as given or default. */
export function describeConfig(env: NodeJS.ProcessEnv = process.env): {
  name: string
  takes: string
  value: string
  origin: 'environment' | 'default' | 'unset'
}[] {
  loadConfig({}, env)
  return Object.entries(settings).map(([name, setting]) => {
    const given = env[name] || undefined
    const value = given ?? stringify(setting.safeParse(undefined).data)
    return {
      name,
      takes: setting.description ?? '',
      value: value === undefined ? '' : hideSecrets(name, value),
      origin: given !== undefined ? 'environment' : value === undefined ? 'unset' : 'default',
    }
  })
}

function stringify(value: string | number | string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function explain(name: string, got: string | undefined): string {
  const takes = settings[name as keyof typeof settings].description
  return got === undefined
    ? `${name} is not set. It takes ${takes}.`
    : `${name} is ${JSON.stringify(hideSecrets(name, got))}. It takes ${takes}.`
}

function hideSecrets(name: string, value: string): string {
  if (name === 'SLUICE_API_KEY') return '(hidden)'
  return value.replace(/(:\/\/[^/?#:@]*):[^/?#]*@/, '$1:(hidden)@').replace(/([?&]password=)[^&]*/g, '$1(hidden)')
}

function defaultDataDir(): string {
  // PostgreSQL does not run as root, and the account that it runs as instead cannot look into root's home.
  return process.getuid?.() === 0 ? '/var/lib/sluice' : envPaths('sluice', { suffix: '' }).data
}
