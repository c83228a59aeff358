import { hostname } from 'node:os'
import envPaths from 'env-paths'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { UsageError } from './errors.ts'
import { hidePasswords } from './hidePasswords.ts'

const seconds = (least: number, most: number) => z.coerce.number().int().min(least).max(most)
const adminModes = ['on', 'read-only', 'off'] as const

/** What the admin page is there for: to act, to look, or not at all. */
export type AdminMode = (typeof adminModes)[number]

const laneName = /^[a-z0-9][a-z0-9_-]{0,62}$/

/**
 * Every setting of Sluice: environment variable, what it takes, default. Command-line flags
 * of the same meaning go before the environment. Units stand in the names.
 */
const settings = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .refine((address) => URL.canParse(address))
    .optional()
    .describe('a postgres:// address of the control database'),
  SLUICE_HOST: z.string().min(1).default('127.0.0.1').describe('a host name or address to listen on'),
  SLUICE_PORT: z.coerce.number().int().min(0).max(65535).default(8080).describe('a TCP port, 0 to 65535'),
  SLUICE_API_KEY: z.string().min(32).optional().describe('a secret of at least 32 characters'),
  SLUICE_ADMIN: z.enum(adminModes).default('on').describe('on, read-only or off'),
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
  SLUICE_PROCESSES: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('the number of processes that sluice worker keeps running, 1 to 256'),
  SLUICE_RECYCLE_AFTER_QUERIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe('after how many queries a worker process gives way to a new one, 1 to 1000000000'),
  SLUICE_RECYCLE_ABOVE_MIB: z.coerce
    .number()
    .int()
    .min(256)
    .max(1_048_576)
    .optional()
    .describe('above how much resident memory a worker process gives way to a new one, 256 to 1048576 MiB'),
  SLUICE_DRAIN_SECONDS: seconds(0, 86400)
    .default(30)
    .describe('how long a stopping worker lets its queries run, 0 to 86400 seconds'),
  SLUICE_STOP_GRACE_SECONDS: seconds(0, 3600)
    .default(5)
    .describe('how long a stopping server goes on to answer while clients turn away, 0 to 3600 seconds'),
  SLUICE_LEASE_SECONDS: seconds(3, 3600)
    .default(15)
    .describe('after how long without a heartbeat a worker counts as dead, 3 to 3600 seconds'),
  SLUICE_CONTROL_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .max(1000)
    .default(8)
    .describe('the most connections of one process to the control database, 2 to 1000'),
  SLUICE_CONTROL_TIMEOUT_SECONDS: seconds(1, 600)
    .default(10)
    .describe('after how long without a word an answer of the control database counts as lost, 1 to 600 seconds'),
  SLUICE_WORKER_NAME: z.string().min(1).default(hostname()).describe('the host name that a worker reports'),
  SLUICE_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/)
    .optional()
    .describe('the name of an S3 bucket for results, 3 to 63 of a-z, 0-9, ., _ and -'),
  SLUICE_S3_PREFIX: z
    .string()
    .regex(/^([A-Za-z0-9!_.*'()-]+\/)*$/)
    .default('sluice/')
    .describe('what the keys of its objects begin with: names that each end with /'),
  SLUICE_S3_REGION: z.string().min(1).default('us-east-1').describe('the region of the bucket'),
  SLUICE_S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('an http:// or https:// address of an S3-compatible server'),
  SLUICE_S3_PUBLIC_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('an http:// or https:// address at which clients reach that server'),
  SLUICE_S3_PATH_STYLE: z
    .enum(['true', 'false'])
    .optional()
    .describe('true or false: whether the bucket stands in the path of the address rather than before the host'),
  SLUICE_S3_ACCESS_KEY_ID: z.string().min(1).optional().describe('the id of an access key to the bucket'),
  SLUICE_S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('the secret of that access key'),
  SLUICE_S3_CA_FILE: z.string().min(1).optional().describe('a file of certificates (PEM) that sign that of the server'),
  SLUICE_S3_ENCRYPTION: z
    .enum(['none', 'AES256', 'aws:kms', 'aws:kms:dsse'])
    .default('none')
    .describe('how the server is asked to encrypt objects: none, AES256, aws:kms or aws:kms:dsse'),
  SLUICE_S3_KMS_KEY_ID: z.string().min(1).optional().describe('the key that aws:kms encrypts with'),
  SLUICE_WEBHOOK_NETWORKS: z
    .string()
    .transform((text) => text.split(',').map((network) => network.trim()))
    .pipe(z.array(z.string().refine((network) => ipaddr.isValid(network) || ipaddr.isValidCIDR(network))).min(1))
    .optional()
    .describe('networks of your own that webhooks may call, such as 10.0.0.0/8, separated by commas'),
  SLUICE_STATISTICS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('on or off: whether this process counts what happens, for views, metrics and search'),
  SLUICE_HISTORY_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(30)
    .describe('how long ended queries, their events, fires and deliveries are kept, 1 to 3650 days'),
  SLUICE_TRACE_SQL: z
    .enum(['off', 'redacted', 'full'])
    .default('off')
    .describe('off, redacted or full: whether spans of runs hold their statement, without or with its constants'),
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
  admin: AdminMode
  serverUrl: string
  dataDir: string
  embeddedPort: number
  lanes: string[] | undefined
  concurrency: number
  /** Undefined: `sluice worker` is the one worker itself, and nothing starts it again. */
  processes: number | undefined
  /** Undefined: a worker process is never recycled for the number of its queries. */
  recycleAfterQueries: number | undefined
  /** Undefined: a worker process is never recycled for its memory. */
  recycleAboveMib: number | undefined
  drainSeconds: number
  stopGraceSeconds: number
  leaseSeconds: number
  controlConnections: number
  controlTimeoutSeconds: number
  workerName: string
  /** Undefined: results are kept in PostgreSQL alone. */
  s3: S3Config | undefined
  /** Networks such as 10.0.0.0/8 that webhooks may call besides public addresses. */
  webhookNetworks: string[]
  historyDays: number
  statistics: boolean
  traceSql: Settings['SLUICE_TRACE_SQL']
  logLevel: Settings['SLUICE_LOG_LEVEL']
}

/** A bucket for results. */
export interface S3Config {
  bucket: string
  /** Empty, or names that each end with a slash. */
  prefix: string
  region: string
  /** Undefined: AWS. */
  endpoint: string | undefined
  /** For signed addresses; undefined: {@link endpoint}. */
  publicEndpoint: string | undefined
  pathStyle: boolean
  /** Undefined: found as the AWS SDK does, in AWS_* variables, profiles, or the role of the machine. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
  caFile: string | undefined
  encryption: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined
  kmsKeyId: string | undefined
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
    admin: s.SLUICE_ADMIN,
    serverUrl: s.SLUICE_URL.replace(/\/+$/, ''),
    dataDir: s.SLUICE_DATA_DIR,
    embeddedPort: s.SLUICE_EMBEDDED_PORT,
    lanes: s.SLUICE_LANES,
    concurrency: s.SLUICE_CONCURRENCY,
    processes: s.SLUICE_PROCESSES,
    recycleAfterQueries: s.SLUICE_RECYCLE_AFTER_QUERIES,
    recycleAboveMib: s.SLUICE_RECYCLE_ABOVE_MIB,
    drainSeconds: s.SLUICE_DRAIN_SECONDS,
    stopGraceSeconds: s.SLUICE_STOP_GRACE_SECONDS,
    leaseSeconds: s.SLUICE_LEASE_SECONDS,
    controlConnections: s.SLUICE_CONTROL_CONNECTIONS,
    controlTimeoutSeconds: s.SLUICE_CONTROL_TIMEOUT_SECONDS,
    workerName: s.SLUICE_WORKER_NAME,
    s3: s3Config(s),
    webhookNetworks: s.SLUICE_WEBHOOK_NETWORKS ?? [],
    statistics: s.SLUICE_STATISTICS === 'on',
    historyDays: s.SLUICE_HISTORY_DAYS,
    traceSql: s.SLUICE_TRACE_SQL,
    logLevel: s.SLUICE_LOG_LEVEL,
  })
}

/** @throws UsageError that names the variable that is missing beside others */
function s3Config(s: Settings): S3Config | undefined {
  const needs = (given: keyof Settings, missing: keyof Settings): void => {
    if (s[given] === undefined || s[missing] !== undefined) return
    throw new UsageError(`${given} is set, ${missing} is not. It takes ${settings[missing].description}.`)
  }
  needs('SLUICE_S3_ACCESS_KEY_ID', 'SLUICE_S3_SECRET_ACCESS_KEY')
  needs('SLUICE_S3_SECRET_ACCESS_KEY', 'SLUICE_S3_ACCESS_KEY_ID')
  for (const given of s3Alone) needs(given, 'SLUICE_S3_BUCKET')
  const encryption = s.SLUICE_S3_ENCRYPTION === 'none' ? undefined : s.SLUICE_S3_ENCRYPTION
  if (s.SLUICE_S3_KMS_KEY_ID !== undefined && !encryption?.startsWith('aws:kms')) {
    throw new UsageError('SLUICE_S3_KMS_KEY_ID is set. It goes with SLUICE_S3_ENCRYPTION aws:kms or aws:kms:dsse.')
  }
  if (s.SLUICE_S3_BUCKET === undefined) return undefined
  return {
    bucket: s.SLUICE_S3_BUCKET,
    prefix: s.SLUICE_S3_PREFIX,
    region: s.SLUICE_S3_REGION,
    endpoint: s.SLUICE_S3_ENDPOINT,
    publicEndpoint: s.SLUICE_S3_PUBLIC_ENDPOINT,
    // Servers other than AWS seldom have a host name for each bucket.
    pathStyle:
      s.SLUICE_S3_PATH_STYLE === undefined ? s.SLUICE_S3_ENDPOINT !== undefined : s.SLUICE_S3_PATH_STYLE === 'true',
    credentials:
      s.SLUICE_S3_ACCESS_KEY_ID === undefined
        ? undefined
        : { accessKeyId: s.SLUICE_S3_ACCESS_KEY_ID, secretAccessKey: s.SLUICE_S3_SECRET_ACCESS_KEY! },
    caFile: s.SLUICE_S3_CA_FILE,
    encryption,
    kmsKeyId: s.SLUICE_S3_KMS_KEY_ID,
  }
}

/** Settings that mean nothing without a bucket. */
const s3Alone = [
  'SLUICE_S3_ENDPOINT',
  'SLUICE_S3_PUBLIC_ENDPOINT',
  'SLUICE_S3_PATH_STYLE',
  'SLUICE_S3_ACCESS_KEY_ID',
  'SLUICE_S3_CA_FILE',
  'SLUICE_S3_KMS_KEY_ID',
] as const

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
  if (got === undefined) return `${name} is not set. It takes ${takes}.`
  // Where the password stands in what cannot be read is not known.
  if (name === 'DATABASE_URL') {
    return `${name} cannot be read, and is not shown for the password in it. It takes ${takes}, such as postgres://user:password@host:5432/database; in a password / is written %2F, # %23, ? %3F, @ %40, : %3A and % %25.`
  }
  return `${name} is ${JSON.stringify(hideSecrets(name, got))}. It takes ${takes}.`
}

function hideSecrets(name: string, value: string): string {
  if (name === 'SLUICE_API_KEY' || name === 'SLUICE_S3_SECRET_ACCESS_KEY') return '(hidden)'
  return hidePasswords(value)
}

function defaultDataDir(): string {
  // PostgreSQL does not run as root, and the account that it runs as instead cannot look into root's home.
  return process.getuid?.() === 0 ? '/var/lib/sluice' : envPaths('sluice', { suffix: '' }).data
}
