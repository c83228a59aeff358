import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { packageRoot } from '../../../src/packageRoot.ts'
import { withDatabase } from '../../helpers/names.ts'
import { freePort } from '../../helpers/server.ts'
import type { Hosts } from './host.ts'
import { startWay, type Way } from './way.ts'
import { until } from '../until.ts'
import { spawnPiped, Supervised } from './supervised.ts'
import { Watcher } from './watcher.ts'

const execFileAsync = promisify(execFile)
const startMs = 60_000

/** The tables of the source. Statements that write leave a row for each time that they took effect. */
const sourceTables = `
  create table ledger (key text not null, at timestamptz not null default clock_timestamp());
  create table numbers as select n, md5(n::text) as digest from generate_series(1, 20000) n;
  analyze numbers`

export interface StackOptions {
  /** Address of the PostgreSQL server of the control database, as a superuser. */
  controlServer: string
  /** The same of the source; may be the same server. */
  sourceServer: string
  workers: number
  /** Settings of every worker and server, as environment variables. */
  settings?: Readonly<Record<string, string>>
  /** Modules that Node loads into each worker before anything else. */
  preload?: readonly string[]
  /** What one worker gets besides. */
  workerSettings?: (index: number) => Readonly<Record<string, string>>
  /** What the server gets besides. */
  serverSettings?: Readonly<Record<string, string>>
  /** Servers on ports of their own, 1 unless told. */
  servers?: number
  /** Where the workers are, as many as they; then they reach PostgreSQL straight, not on ways. */
  hosts?: Hosts
  /** Folder of the Sluice that a process is started from, asked at each of its starts; this one unless told. */
  programFolder?: () => string
}

/**
 * One system as in production, for faults to hit: a server, some workers and a source, each in
 * processes of its own, each on a way of its own to PostgreSQL that can be cut.
 */
export class Stack implements AsyncDisposable {
  /** Connections past every fault, for who watches. */
  readonly control: Watcher
  readonly source: Watcher
  readonly controlUrl: string
  /** Address of the first server. */
  readonly apiUrl: string
  /** Addresses of all servers. */
  readonly apiUrls: readonly string[]
  readonly apiKey: string
  /** The first server. */
  readonly server: Supervised
  readonly servers: readonly Supervised[]
  readonly workers: readonly Supervised[]
  readonly serverWay: Way
  readonly workerWays: readonly Way[]
  /** Where the workers are; undefined: on this machine. */
  readonly hosts: Hosts | undefined
  /** The way of all workers to the source. */
  readonly sourceWay: Way
  /** The login role of the source. */
  readonly sourceRole: string
  readonly #drop: () => Promise<void>

  private constructor(parts: {
    control: Watcher
    source: Watcher
    controlUrl: string
    apiUrls: readonly string[]
    apiKey: string
    servers: readonly Supervised[]
    workers: readonly Supervised[]
    serverWay: Way
    workerWays: readonly Way[]
    hosts: Hosts | undefined
    sourceWay: Way
    sourceRole: string
    drop: () => Promise<void>
  }) {
    this.control = parts.control
    this.source = parts.source
    this.controlUrl = parts.controlUrl
    this.apiUrls = parts.apiUrls
    this.apiUrl = parts.apiUrls[0]!
    this.apiKey = parts.apiKey
    this.servers = parts.servers
    this.server = parts.servers[0]!
    this.workers = parts.workers
    this.serverWay = parts.serverWay
    this.workerWays = parts.workerWays
    this.hosts = parts.hosts
    this.sourceWay = parts.sourceWay
    this.sourceRole = parts.sourceRole
    this.#drop = parts.drop
  }

  /** Makes the databases, starts everything and waits until it works. */
  static async start(options: StackOptions): Promise<Stack> {
    const name = `sluice_faults_${randomBytes(4).toString('hex')}`
    const [controlName, sourceName, role, owner] = [
      `${name}_control`,
      `${name}_source`,
      `${name}_role`,
      `${name}_owner`,
    ]
    const password = randomBytes(12).toString('hex')
    // Limits of connections do not bind superusers, and no system should need to be one.
    await onServer(options.controlServer, [
      `create role ${owner} login password '${password}'`,
      // Who may make roles, and is no superuser, may not act for them unless told.
      `grant ${owner} to current_user`,
      `create database ${controlName} owner ${owner}`,
    ])
    await onServer(options.sourceServer, [
      `create database ${sourceName}`,
      `create role ${role} login password '${password}'`,
      `grant ${role} to current_user`,
    ])
    const controlUrl = withDatabase(options.controlServer, controlName)
    const sourceUrl = withDatabase(options.sourceServer, sourceName)
    const ownerUrl = new URL(controlUrl)
    ownerUrl.username = owner
    ownerUrl.password = password
    const programFolder = options.programFolder ?? (() => packageRoot)
    const program = (): string => join(programFolder(), 'bin', 'sluice.js')
    await execFileAsync(process.execPath, [program(), 'migrate'], {
      env: { ...process.env, DATABASE_URL: ownerUrl.toString() },
    })
    const control = new Watcher(controlUrl)
    const source = new Watcher(sourceUrl)
    await source.query(`${sourceTables}; grant select on numbers to ${role}; grant insert on ledger to ${role}`)
    const { hosts } = options
    const sourceWay = await startWay(new URL(sourceUrl))
    const sourceAddress =
      hosts === undefined
        ? { host: '127.0.0.1', port: sourceWay.port }
        : { host: hosts.address, port: Number(new URL(sourceUrl).port) }
    const login = { ...sourceAddress, database: sourceName, user: role, password }
    await addSources(control, login)

    const apiKey = randomBytes(24).toString('hex')
    const serverWay = await startWay(ownerUrl)
    const workerWays = await Promise.all(Array.from({ length: options.workers }, () => startWay(ownerUrl)))
    const environment = (url: string, more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      SLUICE_LOG_LEVEL: 'info',
      SLUICE_DRAIN_SECONDS: '5',
      SLUICE_CONCURRENCY: '8',
      DATABASE_URL: url,
      ...options.settings,
      ...more,
    })
    const ports = await Promise.all(Array.from({ length: options.servers ?? 1 }, freePort))
    const servers = ports.map(
      (port, i) =>
        new Supervised(i === 0 ? 'server' : `server ${i}`, () =>
          spawnPiped(
            process.execPath,
            [program(), 'server'],
            environment(serverWay.url, {
              SLUICE_API_KEY: apiKey,
              SLUICE_PORT: String(port),
              ...options.serverSettings,
            }),
          ),
        ),
    )
    const imports = (options.preload ?? []).map((module) => `--import=${module}`)
    const workers = workerWays.map((way, i) => {
      const host = hosts?.all[i]
      const url = hosts === undefined ? way.url : atAddress(ownerUrl, hosts.address)
      const spawn = host === undefined ? spawnPiped : host.spawn.bind(host)
      return new Supervised(`worker ${i}`, () =>
        spawn(
          process.execPath,
          [...imports, program(), 'worker'],
          environment(url, { SLUICE_WORKER_NAME: `${name}-${i}`, ...options.workerSettings?.(i) }),
        ),
      )
    })
    const stack = new Stack({
      control,
      source,
      controlUrl,
      apiUrls: ports.map((port) => `http://127.0.0.1:${port}`),
      apiKey,
      servers,
      workers,
      serverWay,
      workerWays,
      hosts,
      sourceWay,
      sourceRole: role,
      async drop() {
        await onServer(options.controlServer, [`drop database ${controlName} with (force)`, `drop role ${owner}`])
        await onServer(options.sourceServer, [`drop database ${sourceName} with (force)`, `drop role ${role}`])
      },
    })
    await stack.works()
    return stack
  }

  /** Waits until the server answers and every worker is registered. */
  async works(): Promise<void> {
    for (const url of this.apiUrls) {
      await until('the server answers', startMs, async () => (await fetch(`${url}/health/ready`)).ok)
    }
    await until('every worker lives', startMs, async () => (await this.livingWorkers()) >= this.workers.length)
  }

  async livingWorkers(): Promise<number> {
    const { rowCount } = await this.control.query(
      `select from sluice.workers where stopped_at is null and not draining and heartbeat_at > now() - interval '15 seconds'`,
    )
    return rowCount ?? 0
  }

  /** Every way to PostgreSQL. */
  get ways(): Way[] {
    return [this.serverWay, ...this.workerWays, this.sourceWay]
  }

  /** Id of a worker in sluice.workers, by its process. */
  async workerId(worker: Supervised): Promise<string | undefined> {
    const { rows } = await this.control.query<{ id: string }>(
      'select id from sluice.workers where pid = $1 and stopped_at is null order by started_at desc',
      [worker.pid],
    )
    return rows[0]?.id
  }

  /** What processes printed last, for whoever looks into a failure. */
  get outputs(): string {
    return [...this.servers, ...this.workers].map(({ name, output }) => `== ${name}\n${output.join('\n')}`).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const way of this.ways) way.mend()
    await Promise.all([...this.servers, ...this.workers].map((process) => process.stop()))
    for (const way of this.ways) await way.close()
    await Promise.all([this.control.end(), this.source.end()])
    await this.#drop()
  }
}

function atAddress(url: URL, hostname: string): string {
  const other = new URL(url)
  other.hostname = hostname
  return other.toString()
}

async function onServer(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** By a statement that older versions take, too: their schema may lack what this one knows. */
async function addSources(
  control: Watcher,
  login: { host: string; port: number; database: string; user: string; password: string },
): Promise<void> {
  const { host, port, database, user, password } = login
  for (const [name, writes] of [
    ['default', false],
    ['ledger', true],
  ] as const) {
    await control.query(
      `insert into sluice.sources (name, host, port, database, username, tls, writes)
       values ($1, $2, $3, $4, $5, 'disable', $6)`,
      [name, host, port, database, user, writes],
    )
    await control.query('insert into sluice.source_secrets (source, password) values ($1, $2)', [name, password])
  }
}
