import { afterAll, expect, test } from 'vitest'
import { cancel } from '../../src/queries/cancel.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, submit } from '../helpers/runs.ts'
import { runCli, type CliEnd } from './runCli.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const server = await startServer(database)
afterAll(() => server.close())

const cli = (...args: string[]): Promise<CliEnd> => runCli(args, { env: { SLUICE_URL: server.url } })

test('sluice cancel --all says how many match, and cancels them when it is told to', async () => {
  const lane = await addLane(pool)
  for (let i = 0; i < 3; i++) await submit(pool, { lane, labels: { team: i === 0 ? 'ops' : 'bi' } })
  const filter = ['cancel', '--all', '--lane', lane, '--label', 'team=bi', '--after', '1h']
  expect(await cli(...filter, '--dry-run')).toMatchObject({ code: 0, stdout: '2 queries match.\n' })
  const unasked = await cli(...filter)
  expect(unasked).toMatchObject({ code: 2, stdout: '' })
  expect(unasked.stderr).toContain('Add --yes to cancel 2 queries')
  expect(await cli(...filter, '--yes')).toMatchObject({ code: 0, stdout: '2 of 2 queries.\n' })
  expect(await cli(...filter, '--yes')).toMatchObject({ code: 0, stdout: 'No query matches.\n' })
  expect((await cli('ls', '--lane', lane, '--state', 'queued', '--json')).stdout).toContain('"ops"')
})

test('sluice retry repeats one query, or all that match', async () => {
  const lane = await addLane(pool)
  const ids = [await submit(pool, { lane }), await submit(pool, { lane })]
  for (const id of ids) await cancel(pool, id)
  const one = await cli('retry', ids[0]!)
  expect(one.stdout).toMatch(/^[0-9a-f-]{36}\n$/)
  expect(await cli('retry', '--all', '--lane', lane, '--yes')).toMatchObject({ code: 0, stdout: '1 of 1 query.\n' })
  expect(await cli('retry', one.stdout.trim())).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is queued'),
  })
})

test('ids and --all exclude each other', async () => {
  for (const args of [['cancel'], ['cancel', '--all', 'x'], ['retry', '--lane', 'default', 'x']]) {
    const { code, stderr } = await cli(...args)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/--all/) })
  }
})
