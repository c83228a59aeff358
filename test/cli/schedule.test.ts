import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readScheduleFiles } from '../../src/cli/client/scheduleFiles.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { runCli, type CliEnd } from './runCli.ts'

const database = await createDatabase()
await createSource(database)
const server = await startServer(database)
const folder = await mkdtemp(join(tmpdir(), 'sluice-schedules-'))
afterAll(() => Promise.all([server.close(), rm(folder, { recursive: true })]))

/** Environments in which the commands work on the control database, and through the server. */
const ways: [name: string, env: Record<string, string>][] = [
  ['on the control database', { DATABASE_URL: database.url, SLUICE_URL: 'http://127.0.0.1:1' }],
  ['through the server', { SLUICE_URL: server.url }],
]

test.each(ways)(
  'a schedule is added, listed, shown, changed, run, paused and removed %s',
  async (_way, env) => {
    const cli = (...args: string[]): Promise<CliEnd> => runCli(['schedule', ...args], { env })
    const added = await cli(
      'add',
      'nightly',
      '--cron',
      '30 2 * * *',
      '--time-zone',
      'Europe/Berlin',
      '--param',
      '{{fire_at}}',
      'select $1',
    )
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(added.stdout).toMatch(/^Added schedule nightly\. Next: \d{4}-/)
    const listed = await cli('ls')
    expect(listed.stdout).toMatch(/^ nightly +│ 30 2 \* \* \* │ Europe\/Berlin │ default │ \d{4}-.*Z │/m)
    expect(listed.stderr).toMatch(/no worker holds the beat/)
    expect(await cli('set', 'nightly', '--interval-seconds', '600', '--overlap-policy', 'queue')).toMatchObject({
      code: 0,
    })
    expect(JSON.parse((await cli('show', 'nightly', '--json')).stdout)).toMatchObject({
      cron: null,
      interval_seconds: 600,
      overlap_policy: 'queue',
      params: ['{{fire_at}}'],
    })
    await cli(
      ...'set nightly --queue-timeout-seconds 60 --row-limit 5 --max-attempts 2 --label a=b'.split(' '),
      ...'--anchor-at 2026-01-01T00:00Z'.split(' '),
    )
    expect(JSON.parse((await cli('show', 'nightly', '--json')).stdout)).toMatchObject({
      queue_timeout_seconds: 60,
      row_limit: 5,
      max_attempts: 2,
      labels: { a: 'b' },
      anchor_at: '2026-01-01T00:00:00.000Z',
    })
    await cli(
      'set',
      'nightly',
      'select 1',
      ...'--queue-timeout-seconds none --row-limit none --max-attempts none'.split(' '),
      ...'--no-label --no-param --no-webhook'.split(' '),
    )
    const plain = JSON.parse((await cli('show', 'nightly', '--json')).stdout) as { labels: unknown }
    expect(plain.labels).toEqual({})
    expect(plain).toMatchObject({
      queue_timeout_seconds: null,
      row_limit: null,
      max_attempts: null,
      params: [],
      webhooks: null,
    })
    const id = (await cli('run', 'nightly')).stdout.trim()
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect((await cli('history', 'nightly')).stdout).toContain(id)
    expect((await cli('pause', 'nightly')).stdout).toBe('Schedule nightly is paused.\n')
    expect((await cli('ls')).stdout).toMatch(/ paused /)
    expect((await cli('resume', 'nightly')).stdout).toMatch(/goes on\. Next: /)
    expect(await cli('rm', 'nightly')).toMatchObject({ code: 0 })
    const missing = await cli('show', 'nightly')
    expect(missing).toMatchObject({ code: 2 })
    expect(missing.stderr).toContain('There is no schedule nightly.')
  },
  120_000,
)

test.each([
  ['a pattern that is none', ['add', 'x', '--cron', 'soon', 'select 1'], /five fields/],
  ['no times at all', ['add', 'x', 'select 1'], /either cron or interval_seconds/],
  ['nothing to change', ['set', 'x'], /There is nothing to change/],
  ['an unknown policy', ['set', 'x', '--misfire-policy', 'hope'], /skip, one, all/],
])('%s exits with 2 and says what to change', async (_what, args, message) => {
  const { code, stderr } = await runCli(['schedule', ...args], { env: { DATABASE_URL: database.url } })
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

test('apply shows a plan, does nothing unasked, adds, changes, leaves alone and prunes', async () => {
  const apply = (...args: string[]): Promise<CliEnd> =>
    runCli(['apply', ...args], { env: { DATABASE_URL: database.url } })
  const count = async (): Promise<number | null> => (await database.pool.query('select from sluice.schedules')).rowCount
  const [first, second] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')]
  await runCli(['schedule', 'add', 'by-hand', '--cron', '@daily', 'select 1'], { env: { DATABASE_URL: database.url } })
  await writeFile(
    first,
    `name: one\ncron: '0 2 * * *'\nsql: select 1\n---\nname: two\ninterval_seconds: 60\nsql: |\n  select 2\n`,
  )
  await writeFile(second, `- name: three\n  cron: '@hourly'\n  sql: select 3\n  params: ['{{ fire_at }}']\n`)

  const unasked = await apply(first, second)
  expect(unasked.code).toBe(2)
  expect(unasked.stdout).toBe(
    `+ one\n    cron: "0 2 * * *"\n    sql: "select 1"\n` +
      `+ three\n    cron: "@hourly"\n    sql: "select 3"\n    params: ["{{fire_at}}"]\n` +
      `+ two\n    interval_seconds: 60\n    sql: "select 2\\n"\n` +
      '3 to add, 0 to change, 0 to remove, 0 as they are.\n',
  )
  expect(unasked.stderr).toMatch(/Add --yes/)
  expect(await apply(first, second, '--plan')).toMatchObject({ code: 0, stdout: unasked.stdout })
  expect(await count()).toBe(1)

  const applied = await apply(first, second, '--yes')
  expect(applied).toMatchObject({ code: 0, stderr: '' })
  expect(applied.stdout).toMatch(/Applied\.\n$/)
  expect(await count()).toBe(4)
  const again = await apply(first, second)
  expect(again).toMatchObject({
    code: 0,
    stdout: '= one\n= three\n= two\n0 to add, 0 to change, 0 to remove, 3 as they are.\n',
  })

  await database.pool.query(`select sluice.pause_schedule('one')`)
  await writeFile(first, `name: one\ncron: '30 2 * * *'\ntime_zone: Europe/Berlin\nsql: select 1\n`)
  const changed = await apply(first, second, '--yes', '--prune')
  expect(changed.stdout).toBe(
    `~ one\n    cron: "0 2 * * *" → "30 2 * * *"\n    time_zone: "UTC" → "Europe/Berlin"\n= three\n- two\n0 to add, 1 to change, 1 to remove, 1 as they are.\nApplied.\n`,
  )
  const { rows } = await database.pool.query('select name, cron, paused from sluice.schedules order by name')
  expect(rows).toEqual([
    { name: 'by-hand', cron: '@daily', paused: false },
    { name: 'one', cron: '30 2 * * *', paused: true },
    { name: 'three', cron: '@hourly', paused: false },
  ])
}, 120_000)

test('what is wrong in files is told with file, schedule and field, and nothing is applied', async () => {
  const [bad, broken] = [join(folder, 'bad.yaml'), join(folder, 'broken.yaml')]
  await writeFile(
    bad,
    `- name: bad\n  cron: '* * *'\n  sql: select 1\n- name: worse\n  cron: '@daily'\n  sq: select 1\n`,
  )
  await writeFile(broken, `name: [\n`)
  const { code, stdout, stderr } = await runCli(['apply', bad, broken, '--yes'], {
    env: { DATABASE_URL: database.url },
  })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/bad\.yaml: bad: cron: .*five fields/)
  expect(stderr).toMatch(/bad\.yaml: worse: sql: /)
  expect(stderr).toMatch(/broken\.yaml: /)
  const missing = await runCli(['apply', join(folder, 'none.yaml')], { env: { DATABASE_URL: database.url } })
  expect(missing.code).toBe(2)
  expect(missing.stderr).toMatch(/Cannot read .*none\.yaml \(ENOENT\)/)
})

test('apply says at which step it stopped, and what was done before it', async () => {
  const file = join(folder, 'stops.yaml')
  await writeFile(
    file,
    ['stop-a', 'stop-b', 'stop-c']
      .map(
        (name) =>
          `- {name: ${name}, cron: '@daily', sql: select 1, lane: ${name === 'stop-b' ? 'ghost' : 'default'}}\n`,
      )
      .join(''),
  )
  const { code, stderr } = await runCli(['apply', file, '--yes'], { env: { DATABASE_URL: database.url } })
  expect(code).toBe(2)
  expect(stderr).toContain('Stopped at + stop-b (2 of 3). Done before it: + stop-a. Not tried: 1.')
  expect(stderr).toContain('There is no lane ghost.')
  const { rows } = await database.pool.query(`select name from sluice.schedules where name like 'stop-%'`)
  expect(rows).toEqual([{ name: 'stop-a' }])
})

test.each([
  ['an alias without an anchor', 'name: a\ncron: *nowhere\nsql: select 1\n', /slip\.yaml:1: .*nowhere/i],
  [
    'values of the fire without quotes',
    'name: a\ncron: "@daily"\nsql: select 1\nparams: [{{previous_fire_at}}, {{fire_at}}]\n',
    /slip\.yaml:4: .*must be quoted: '\{\{fire_at\}\}'/,
  ],
  [
    'an item without a name',
    '- name: a\n  cron: "@daily"\n  sql: select 1\n- cron: "@daily"\n',
    /slip\.yaml:4: name: /,
  ],
  [
    'a number that would be rounded',
    'name: a\ncron: "@daily"\nsql: select 1\nparams: [9007199254740993]\n',
    /slip\.yaml:4: 9007199254740993 would be rounded.*int8/,
  ],
])('%s in a file is told with its line', async (_what, text, message) => {
  const file = join(folder, 'slip.yaml')
  await writeFile(file, text)
  await expect(readScheduleFiles([file])).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringMatching(message),
  })
})

test('a folder in place of a file is refused with what to write', async () => {
  await expect(readScheduleFiles([folder])).rejects.toThrow(`${folder} is a folder. Name its files: ${folder}/*.yaml`)
})

test('merge keys share fields between schedules, and -0.0 is no change', async () => {
  const file = join(folder, 'merged.yaml')
  await writeFile(file, 'name: m-a\n<<: &daily {cron: "@daily", lane: default}\nsql: select $1\nparams: [-0.0]\n')
  const [schedule] = await readScheduleFiles([file])
  expect(schedule).toMatchObject({ name: 'm-a', cron: '@daily', lane: 'default' })
  const added = await runCli(['apply', file, '--yes'], { env: { DATABASE_URL: database.url } })
  expect(added.code).toBe(0)
  const again = await runCli(['apply', file, '--plan'], { env: { DATABASE_URL: database.url } })
  expect(again.stdout).toMatch(/^= m-a$/m)
})
