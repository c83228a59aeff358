import { expect, test } from 'vitest'
import { freePort } from '../helpers/server.ts'
import { runCli } from './runCli.ts'

test.each([
  ['no SQL', ['query'], /There is no SQL/],
  ['an unknown option', ['query', '--colour', 'select 1'], /unknown option '--colour'/],
  ['an unknown command', ['qery', 'select 1'], /unknown command 'qery'/],
  ['SQL in two places', ['query', '-f', 'a.sql', 'select 1'], /not both/],
  ['a file that is not there', ['query', '-f', 'none.sql'], /Cannot read none\.sql/],
  ['a number that is out of its range', ['query', '--priority', '12', 'select 1'], /1 to 9/],
  ['an unknown format', ['query', '--format', 'xlsx', 'select 1'], /Allowed choices are table, csv/],
  ['a file whose format is not known', ['query', '-o', 'a.xlsx', 'select 1'], /say which with --format/],
  ['a path that cannot be written to', ['query', '-o', '/nowhere/a.csv', 'select 1'], /the folder does not exist/],
  ['an address that is none', ['query', '--url', 'nope', 'select 1'], /SLUICE_URL is "nope"/],
])('%s exits with 2 and says what to change', async (_what, args, message) => {
  const { code, stdout, stderr } = await runCli(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

test('a server that cannot be reached is named, and exits with 1', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const { code, stderr } = await runCli(['query', '--url', url, 'select 1'])
  expect(code).toBe(1)
  expect(stderr).toBe(
    `Error: No Sluice server answers at ${url} (ECONNREFUSED). Start one with sluice dev or sluice server, or set SLUICE_URL or --url to where one runs.\n`,
  )
})

test('--help lists every command and exits with 0', async () => {
  const { code, stdout } = await runCli(['--help'])
  expect(code).toBe(0)
  for (const command of ['dev', 'query', 'submit', 'status', 'result', 'cancel', 'ls', 'source', 'lane', 'worker']) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  }
})
