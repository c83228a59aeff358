import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runCli } from '../cli/runCli.ts'
import { freePort } from '../helpers/server.ts'

const folder = await mkdtemp(join(tmpdir(), `sluice-test-${process.pid}-refusals-`))
// Under root another account must be able to look in.
await chmod(folder, 0o755)
const taken = createServer().listen(0, '127.0.0.1')
await new Promise((resolve) => taken.once('listening', resolve))
const { port: takenPort } = taken.address() as AddressInfo
const free = String(await freePort())

afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

/** The end of `sluice dev` in a folder of this file; it must not get as far as listening. */
async function refusalOf(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; stderr: string }> {
  const { code, stderr } = await runCli(['dev', ...args], {
    env: { SLUICE_DATA_DIR: join(folder, 'data'), SLUICE_PORT: free, SLUICE_EMBEDDED_PORT: free, ...env },
  })
  return { code, stderr }
}

test('a taken port of the server is refused before anything is made', async () => {
  expect(await refusalOf(['--port', String(takenPort)])).toEqual({
    code: 2,
    stderr: `Port ${takenPort} on 127.0.0.1 is taken. Stop what listens there, or choose another port with --port.\n`,
  })
  expect(await readdir(folder)).not.toContain('data')
})

test('a taken port of the embedded PostgreSQL is refused before its data are made', async () => {
  expect(await refusalOf([], { SLUICE_EMBEDDED_PORT: String(takenPort) })).toEqual({
    code: 2,
    stderr: `Port ${takenPort}, which the embedded PostgreSQL would use, is taken. Choose another with SLUICE_EMBEDDED_PORT.\n`,
  })
  expect(await readdir(join(folder, 'data'))).not.toContain('pgdata')
})

test('a data folder that cannot be written is refused', async () => {
  await writeFile(join(folder, 'file'), '')
  const unwritable = join(folder, 'file', 'data')
  expect(await refusalOf(['--data-dir', unwritable])).toEqual({
    code: 2,
    stderr: `The data folder ${unwritable} cannot be written (ENOTDIR). Choose another with --data-dir or SLUICE_DATA_DIR.\n`,
  })
})

test.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])('an address beyond loopback is refused: %s', async (host) => {
  expect(await refusalOf(['--host', host])).toEqual({
    code: 2,
    stderr: `sluice dev asks for no login, so it listens on loopback only, not on ${host}. Use sluice server for that.\n`,
  })
})

test('a setting of the wrong form is named with what it got and what it takes', async () => {
  expect(await refusalOf(['--port', 'http'])).toEqual({
    code: 2,
    stderr: 'SLUICE_PORT is "http". It takes a TCP port, 0 to 65535.\n',
  })
})

test('sluice server is refused without an API key', async () => {
  const { code, stderr } = await runCli(['server'], { env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' } })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      'The server does not start without an API key of its own. Set SLUICE_API_KEY to a secret of at least 32 characters, such as the output of: openssl rand -hex 32\n',
  })
})

test.each(['server', 'worker', 'migrate'])('sluice %s is refused without a control database', async (command) => {
  const { code, stderr } = await runCli([command])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      'There is no control database. Set DATABASE_URL to its postgres:// address, or run sluice dev for one of its own.\n',
  })
})
