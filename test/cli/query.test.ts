import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from '@uwdata/flechette'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'
import { runCli, startCli, type CliOptions } from './runCli.ts'

const database = await createDatabase()
await createSource(database, {
  setup: `create table t (id int8, name text, price numeric(10,2));
    insert into t values (1, 'one', 1.50), (2, null, null), (3, 'a, "b"', -3.25)`,
})
const server = await startServer(database)
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
})
afterEach(() => rm(folder, { recursive: true }))

const env = { SLUICE_URL: server.url }
const cli = (args: string[], options: CliOptions = {}) => runCli(args, { ...options, env: { ...env, ...options.env } })
const everything = 'select * from t order by id'
const csv = 'id,name,price\r\n1,one,1.50\r\n2,,\r\n3,"a, ""b""",-3.25\r\n'

/** State of the newest query. */
async function newest(): Promise<{ id: string; state: string }> {
  const { rows } = await database.pool.query('select id, state from sluice.queries order by id desc limit 1')
  return rows[0] as { id: string; state: string }
}

test('sluice query prints the result as a table and exits with 0', async () => {
  const { code, stdout, stderr } = await cli(['query', everything])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split('\n').slice(0, 5)).toEqual([
    ' id │ name   │  price',
    '────┼────────┼────────',
    '  1 │ one    │   1.50',
    '  2 │ (null) │ (null)',
    '  3 │ a, "b" │  -3.25',
  ])
  expect(stdout.split('\n')[5]).toMatch(/^\(3 rows, .*s\)$/)
})

test('SQL that fails is told with its place, and exits with 1', async () => {
  const { code, stdout, stderr } = await cli(['query', 'select *\nfrom tt'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr.split('\n').slice(0, 3)).toEqual([
    'Error: relation "tt" does not exist (SQLSTATE 42P01)',
    'Line 2: from tt',
    '             ^',
  ])
  expect(stderr).toContain(`Query ${(await newest()).id} failed.`)
})

test.each([
  ['a source that does not exist', ['--source', 'nope'], /There is no such source \(unknown_source\)/],
  ['a lane that does not exist', ['--lane', 'nope'], /unknown_lane/],
  ['a limit that the server refuses', ['--timeout-seconds', '999999'], /timeout_seconds/],
])('%s exits with 2 and says what to change', async (_what, args, message) => {
  const { code, stdout, stderr } = await cli(['query', 'select 1', ...args])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

test('Ctrl-C cancels a running query and exits with 130', async () => {
  const run = startCli(['query', 'select pg_sleep(60)'], { env })
  const { id } = await eventually(async () => {
    const query = await newest()
    expect(query.state).toBe('running')
    return query
  })
  run.signal('SIGINT')
  const { code, stderr } = await run.ended
  expect({ code, stderr }).toEqual({ code: 130, stderr: `Canceled query ${id}.\n` })
  expect(await newest()).toEqual({ id, state: 'canceled' })
})

test('Ctrl-C cancels a query that waits in its lane', async () => {
  await cli(['lane', 'pause', 'reports'])
  const run = startCli(['query', '--lane', 'reports', 'select 1'], { env })
  await eventually(async () => expect((await newest()).state).toBe('queued'))
  run.signal('SIGINT')
  expect((await run.ended).code).toBe(130)
  expect((await newest()).state).toBe('canceled')
  await cli(['lane', 'resume', 'reports'])
})

test('a query that somebody else cancels exits with 1', async () => {
  const run = startCli(['query', 'select pg_sleep(60)'], { env })
  const { id } = await eventually(async () => {
    const query = await newest()
    expect(query.state).toBe('running')
    return query
  })
  expect(await cli(['cancel', id])).toMatchObject({ code: 0, stdout: expect.stringMatching(`${id} cancel`) })
  const { code, stderr } = await run.ended
  expect({ code, stderr }).toEqual({ code: 1, stderr: `Error: The query was canceled.\nQuery ${id} canceled.\n` })
})

test('SQL comes from standard input or from a file', async () => {
  expect(await cli(['query', '--format', 'csv'], { input: everything })).toMatchObject({ code: 0, stdout: csv })
  const file = join(folder, 'a.sql')
  await writeFile(file, `${everything};\n`)
  expect(await cli(['query', '-f', file, '--format', 'csv'])).toMatchObject({ code: 0, stdout: csv })
})

test('results are written to files in the format that their names say', async () => {
  for (const name of ['a.csv', 'a.json', 'a.ndjson', 'a.arrow']) {
    const { code, stdout, stderr } = await cli(['query', everything, '-o', join(folder, name)])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
  }
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  const rows = [
    ['1', 'one', '1.50'],
    ['2', null, null],
    ['3', 'a, "b"', '-3.25'],
  ]
  expect(await read('a.csv')).toBe(csv)
  expect(JSON.parse(await read('a.json'))).toMatchObject({ rows })
  expect(
    (await read('a.ndjson'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(rows)
  const arrow = tableFromIPC(await readFile(join(folder, 'a.arrow')), { useBigInt: true })
  expect(arrow.getChild('id').toArray()).toEqual(BigInt64Array.of(1n, 2n, 3n))
  expect(arrow.getChild('name').toArray()).toEqual(['one', null, 'a, "b"'])
  expect((await readdir(folder)).sort()).toEqual(['a.arrow', 'a.csv', 'a.json', 'a.ndjson'])
})

test('a query that fails leaves what was in the file', async () => {
  const file = join(folder, 'a.csv')
  await writeFile(file, 'old')
  expect((await cli(['query', 'select 1/0', '-o', file])).code).toBe(1)
  expect(await readFile(file, 'utf8')).toBe('old')
  expect(await readdir(folder)).toEqual(['a.csv'])
})

test('a reader of standard output that has seen enough is no error', async () => {
  const run = startCli(
    ['query', 'select repeat($1, 1000) from generate_series(1, 100000)', '--param', 'x', '--format', 'csv'],
    {
      env,
    },
  )
  run.stopReading()
  const { code, stderr } = await run.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('parameters, labels and limits reach the server', async () => {
  const args = ['query', 'select $1::int8 + 1 as a, $2 as b, $3::int8 from generate_series(1, 5)']
  const params = ['--param', '9007199254740993', '--param', 'it is text', '--param', '{"type":"int8","value":"7"}']
  const labels = ['--label', 'team=cli', '--label', 'run=a=b']
  const { code, stdout, stderr } = await cli([
    ...args,
    ...params,
    ...labels,
    '--row-limit',
    '2',
    '--lane',
    'interactive',
  ])
  expect(code).toBe(0)
  expect(stdout).toContain(' 9007199254740994 │ it is text │')
  expect(stderr).toBe('The result stops at its row_limit, after 2 rows: the statement has more.\n')
  const listed = await cli(['ls', '--label', 'run=a=b', '--json'])
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { labels: { team: 'cli', run: 'a=b' }, lane: 'interactive', state: 'succeeded' },
  ])
})

test('a table of a large result shows its first rows and says how many there are', async () => {
  const { stdout } = await cli(['query', 'select i from generate_series(1, 25000) i', '--max-rows', '1500'])
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(2 + 1500 + 1)
  expect(lines.at(-2)).toMatch(/^ +1500$/)
  expect(lines.at(-1)).toMatch(/^\(1,500 of 25,000 rows shown, .*; all of them: sluice result .* -o file\.csv\)$/)
})

test('the server asks for its key, which comes from the environment', async () => {
  const apiKey = 'k'.repeat(32)
  await using closed = await startServer(database, { apiKey })
  const url = { SLUICE_URL: closed.url }
  const refused = await cli(['query', 'select 1'], { env: url })
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('set SLUICE_API_KEY')
  expect((await cli(['query', 'select 1'], { env: { ...url, SLUICE_API_KEY: apiKey } })).code).toBe(0)
})

test('submit, status, result, ls and cancel follow one query', async () => {
  const submitted = await cli(['submit', everything, '--label', 'what=follow'])
  expect(submitted).toMatchObject({ code: 0, stderr: '' })
  const id = submitted.stdout.trim()

  const status = await cli(['status', id, '--wait', '20'])
  expect(status.code).toBe(0)
  expect(status.stdout).toMatch(/^state +succeeded$/m)
  expect(status.stdout).toMatch(/^labels +what=follow$/m)

  expect(await cli(['result', id, '--format', 'csv'])).toMatchObject({ code: 0, stdout: csv })
  const window = await cli(['result', id, '--offset', '1', '--limit', '1'])
  expect(window.stdout.split('\n')[2]).toBe('  2 │ (null) │ (null)')
  expect(window.stdout.split('\n')[3]).toMatch(/^\(1 row, /)

  const list = await cli(['ls', '--label', 'what=follow'])
  expect(list.stdout).toMatch(
    new RegExp(`^ ${id} │ succeeded │ default .* 3 │ ${everything.replace('*', '\\*')}$`, 'm'),
  )
  expect(await cli(['ls', '--state', 'timed_out'])).toMatchObject({ code: 0, stdout: '' })
  expect(await cli(['cancel', id])).toMatchObject({ code: 0, stdout: `${id} had ended before: succeeded\n` })
})

test('status and result of a query that failed exit with 1 and say why', async () => {
  const { stdout } = await cli(['submit', 'select 1/0'])
  const id = stdout.trim()
  const status = await cli(['status', id, '--wait', '20'])
  expect(status.code).toBe(1)
  expect(status.stderr).toBe('Error: division by zero (SQLSTATE 22012)\n')
  const result = await cli(['result', id, '-o', join(folder, 'a.csv')])
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('division by zero')
  expect(await readdir(folder)).toEqual([])
})

test('one id that cannot be canceled does not save the others', async () => {
  const { stdout } = await cli(['submit', 'select pg_sleep(60)'])
  const id = stdout.trim()
  const unknown = '01890000-0000-7000-8000-000000000000'
  const canceled = await cli(['cancel', unknown, id])
  expect(canceled.code).toBe(2)
  expect(canceled.stderr).toContain('query_not_found')
  expect(canceled.stdout).toMatch(`${id} cancel`)
  expect(await cli(['status', id, '--wait', '20'])).toMatchObject({ code: 1 })
  expect((await newest()).state).toBe('canceled')
})

test('nothing is coloured or moves where there is no terminal', async () => {
  const { stdout, stderr } = await cli(['query', 'select null, pg_sleep(0.5)'])
  expect(stdout + stderr).not.toContain('\u001b')
})
