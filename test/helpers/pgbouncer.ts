/**
 * A PgBouncer of one test file, before the server of the test run:
 *
 *     const pooler = await startPgbouncer({ mode: 'transaction', users: [source.roleUrl] })
 *     pooler.through(source.roleUrl)       // the same address through it
 *
 * It is stopped after the file.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { eventually } from './eventually.ts'
import { pgbouncerPath } from './pgbouncerPath.ts'
import { freePort } from './server.ts'

/** It does not run as root. */
const nobody = 65_534

/** A PgBouncer that takes connections. */
export interface Pgbouncer {
  /** An address with PgBouncer in the place of its server. */
  through(url: string): string
}

/**
 * Starts a PgBouncer.
 *
 * @param users addresses with the logins that it knows, all of one server
 * @param settings further lines of its section [pgbouncer]
 */
export async function startPgbouncer({
  mode,
  users,
  poolSize = 2,
  settings = {},
}: {
  mode: 'session' | 'transaction'
  users: readonly string[]
  poolSize?: number
  settings?: Record<string, string>
}): Promise<Pgbouncer> {
  const folder = await mkdtemp(join(tmpdir(), `sluice-test-${process.pid}-`))
  const port = await freePort()
  const logins = users.map((user) => new URL(user))
  const { hostname, port: serverPort } = logins[0]!
  const userlist = join(folder, 'userlist.txt')
  const configuration = join(folder, 'pgbouncer.ini')
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: userlist,
    pool_mode: mode,
    default_pool_size: poolSize,
    max_client_conn: 200,
    ...settings,
  }
  await writeFile(
    userlist,
    logins.map(({ username, password }) => `"${username}" "${decodeURIComponent(password)}"\n`).join(''),
  )
  await writeFile(
    configuration,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort || 5432}`,
      '[pgbouncer]',
      ...Object.entries(all).map(([name, value]) => `${name} = ${value}`),
    ].join('\n'),
  )
  const isRoot = process.getuid?.() === 0
  for (const path of [userlist, configuration, folder]) {
    await chmod(path, path === folder ? 0o700 : 0o600)
    if (isRoot) await chown(path, nobody, nobody)
  }
  const child = spawn(pgbouncerPath!, ['-q', configuration], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'exit')
  afterAll(async () => {
    child.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true, force: true })
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${output}`)
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect').finally(() => socket.destroy())
  })
  return {
    through(url) {
      const address = new URL(url)
      address.hostname = '127.0.0.1'
      address.port = String(port)
      return address.toString()
    },
  }
}
