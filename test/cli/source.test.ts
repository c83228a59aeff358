import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { runCli, type CliOptions } from './runCli.ts'

const database = await createDatabase()
const source = await createSource(database, { name: 'other' })
const empty = await createDatabase({ empty: true })
const server = await startServer(database)
afterAll(() => server.close())

const { hostname, port, username, password, pathname } = new URL(source.roleUrl)
const login = ['--host', hostname, '--port', port, '--database', pathname.slice(1), '--user', username]

/** Environments in which the commands work on the control database, and through the server. */
const ways: [name: string, env: Record<string, string>][] = [
  ['on the control database', { DATABASE_URL: database.url, SLUICE_URL: 'http://127.0.0.1:1' }],
  ['through the server', { SLUICE_URL: server.url }],
]

test.each(ways)(
  'sources are added, listed, tested, changed and removed %s',
  async (_way, env) => {
    const cli = (args: string[], options: CliOptions = {}) =>
      runCli(args, { ...options, env: { ...env, ...options.env } })

    const added = await cli(['source', 'add', 'warehouse', ...login, '--max-connections', '3'], {
      env: { SLUICE_SOURCE_PASSWORD: password },
    })
    expect(added).toMatchObject({ code: 0, stderr: '' })

    const listed = await cli(['source', 'ls', '--json'])
    expect(listed.stdout).not.toContain(password)
    expect(JSON.parse(listed.stdout)).toContainEqual(
      expect.objectContaining({ name: 'warehouse', user: username, tls: 'disable', writes: false, max_connections: 3 }),
    )
    expect((await cli(['source', 'ls'])).stdout).toMatch(/^ warehouse │ \S+:\d+ │ .* │ no +│ +3$/m)

    const tested = await cli(['source', 'test', 'warehouse'])
    expect(tested).toMatchObject({ code: 0, stderr: '' })
    expect(tested.stdout).toMatch(/^Source warehouse works: PostgreSQL \d/)

    const again = await cli(['source', 'add', 'warehouse', ...login])
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('source_exists')

    const changed = await cli(['source', 'set', 'warehouse', '--writes', '--tls', 'require', '--password-stdin'], {
      input: 'another\n',
    })
    expect(changed).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse((await cli(['source', 'ls', '--json'])).stdout)).toContainEqual(
      expect.objectContaining({ name: 'warehouse', writes: true, tls: 'require' }),
    )
    expect(await cli(['source', 'set', 'warehouse', '--tls', 'disable', '--no-writes'])).toMatchObject({ code: 0 })
    const refused = await cli(['source', 'test', 'warehouse'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/^Error: Source warehouse refused the login .*28P01/)

    expect(await cli(['source', 'rm', 'warehouse'])).toMatchObject({ code: 0 })
    const missing = await cli(['source', 'rm', 'warehouse'])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('There is no source warehouse.')
  },
  90_000,
)

test.each(ways)('lanes are listed, paused and resumed %s', async (_way, env) => {
  const isPaused = async (): Promise<boolean> =>
    (await database.pool.query(`select from sluice.lanes where name = 'reports' and paused`)).rowCount === 1

  expect(await runCli(['lane', 'pause', 'reports'], { env })).toMatchObject({ code: 0 })
  expect(await isPaused()).toBe(true)
  expect((await runCli(['lane', 'ls'], { env })).stdout).toMatch(/^ reports +│ yes /m)
  expect(await runCli(['lane', 'resume', 'reports'], { env })).toMatchObject({ code: 0 })
  expect(await isPaused()).toBe(false)
  expect(await runCli(['lane', 'pause', 'nope'], { env })).toMatchObject({ code: 2 })
})

test('a password is no argument, and its value is not repeated', async () => {
  const { code, stderr } = await runCli(['source', 'add', 'x', ...login, '--password', 'hunter2'], {
    env: { DATABASE_URL: database.url },
  })
  expect(code).toBe(2)
  expect(stderr).not.toContain('hunter2')
})

test('a role that may do more than it should is warned about', async () => {
  const owner = new URL(source.url)
  const ownerLogin = ['--host', owner.hostname, '--port', owner.port || '5432', '--database', owner.pathname.slice(1)]
  const env = { DATABASE_URL: database.url, SLUICE_SOURCE_PASSWORD: decodeURIComponent(owner.password) }
  await runCli(['source', 'add', 'mighty', ...ownerLogin, '--user', owner.username, '--tls', 'disable'], { env })
  const { code, stderr } = await runCli(['source', 'test', 'mighty'], { env })
  expect(code).toBe(0)
  expect(stderr).toContain('Warning: The role may create databases.')
})

test.each([
  ['a source without a host', ['source', 'add', 'x', '--database', 'd', '--user', 'u'], /--host/],
  ['a port that is none', ['source', 'add', 'x', ...login, '--port', '99999'], /1 to 65535/],
  ['a name that is none', ['source', 'add', 'Not a name', ...login], /lower-case letters/],
  ['nothing to change', ['source', 'set', 'other'], /There is nothing to change/],
  ['an empty new password', ['source', 'set', 'other', '--password-stdin'], /it is empty/],
])('%s exits with 2 and says what to change', async (_what, args, message) => {
  const { code, stderr } = await runCli(args, { env: { DATABASE_URL: database.url } })
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

test('a database that is no control database is told apart from one that is away', async () => {
  const unmigrated = await runCli(['source', 'ls'], { env: { DATABASE_URL: empty.url } })
  expect(unmigrated.code).toBe(1)
  expect(unmigrated.stderr).toContain('Run sluice migrate first.')
  const away = await runCli(['source', 'ls'], { env: { DATABASE_URL: 'postgres://u@127.0.0.1:1/d' } })
  expect(away.code).toBe(1)
  expect(away.stderr).toContain('ECONNREFUSED')
  expect(away.stderr).not.toContain('    at ')
})

test('an address on the command line goes before DATABASE_URL', async () => {
  const env = { DATABASE_URL: empty.url }
  expect(await runCli(['source', 'ls', '--url', server.url], { env })).toMatchObject({ code: 0 })
})
