import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { serverAccount } from '../../../src/cli/dev/account.ts'
import { findBinaries } from '../../../src/cli/dev/binaries.ts'
import { startEmbeddedPostgres } from '../../../src/cli/dev/embedded.ts'
import { freePort } from '../../helpers/server.ts'

const execFileAsync = promisify(execFile)
const restartAttempts = 40
const restartRetryMs = 250

/** A PostgreSQL server that a fault may hit. */
export interface FaultPostgres {
  /** Address of its database `postgres`, as its superuser. */
  adminUrl: string
  /** Folder of its data and logs. */
  folder: string
  /** Process id of the postmaster. */
  postmasterPid(): Promise<number>
  /** `pg_ctl restart -m immediate`: every process of it dies at once, then it recovers from its log. Resolves when it takes connections. */
  restartImmediately(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts a PostgreSQL server of its own, which keeps what it has committed as one in production does.
 *
 * @param settings by name, instead of those of the embedded server
 * @param network that may log in besides this machine, such as 10.0.0.0/8
 */
export async function startFaultPostgres(
  settings: Readonly<Record<string, string>> = {},
  network?: string,
): Promise<FaultPostgres> {
  // On disk: /tmp is memory on many systems.
  const folder = await mkdtemp(join(process.platform === 'linux' ? '/var/tmp' : tmpdir(), 'sluice-faults-'))
  const port = await freePort()
  const server = await startEmbeddedPostgres(folder, port)
  const adminUrl = server.url('postgres')
  const data = join(folder, 'pgdata')
  const account = await serverAccount()
  const { pgCtl } = await findBinaries(folder, account)
  // Without options it starts with those that it had.
  const restart = async (mode: 'fast' | 'immediate', options: readonly string[] = []): Promise<void> => {
    const files = [`--pgdata=${data}`, `--log=${folder}/postgres.log`]
    const args = ['restart', '--wait', '--silent', `--mode=${mode}`, ...files, ...options]
    for (let attempt = 1; ; attempt++) {
      try {
        await execFileAsync(pgCtl, args, { cwd: folder, ...account })
        return
      } catch (error) {
        // Backends that are still dying hold the shared memory of the server before.
        const log = await readFile(join(folder, 'postgres.log'), 'utf8')
        if (attempt === restartAttempts)
          throw new Error(`No restart. The log ends with:\n${log.slice(-1000)}`, { cause: error })
        await sleep(restartRetryMs)
      }
    }
  }
  if (Object.keys(settings).length > 0 || network !== undefined) {
    if (network !== undefined) await appendFile(join(data, 'pg_hba.conf'), `host all all ${network} scram-sha-256\n`)
    const all = {
      listen_addresses: network === undefined ? '127.0.0.1' : '*',
      unix_socket_directories: '',
      ...settings,
    }
    const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`)
    await restart('fast', [`--options=-p ${port} ${options.join(' ')}`])
  }
  let restarts: Promise<void> = Promise.resolve()
  return {
    adminUrl,
    folder,
    async postmasterPid() {
      return Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0])
    },
    restartImmediately() {
      // One after another: two would be in each other's way.
      restarts = restarts.then(() => restart('immediate'))
      return restarts
    },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}
