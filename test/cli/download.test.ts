import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../helpers/eventually.ts'
import { runCli, startCli } from './runCli.ts'

// A server of Sluice does not misbehave on demand; this one does.
const id = '01890000-0000-7000-8000-000000000000'
const time = '2026-01-01T00:00:00.000Z'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A server with one query, in this state, that answers requests for its result in this way. */
async function serverWith(
  state: 'running' | 'succeeded',
  onResult: RequestListener,
  onCancel: RequestListener = () => undefined,
): Promise<AsyncDisposable & { url: string; asked: string[] }> {
  const asked: string[] = []
  const query = JSON.stringify({
    id,
    state,
    sql: 'select 1',
    submitted_at: time,
    timings_ms: { queued: 0, running: 0, first_row: 0 },
    progress: { rows: 1, bytes: 1, chunks: 1 },
    result: { columns: [{ name: 'x', type: 'int8' }], rows: 1, truncated: false },
    error: null,
  })
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://host')
    asked.push(`${request.method} ${pathname}`)
    if (pathname.endsWith('/result')) onResult(request, response)
    else if (pathname.endsWith('/cancel')) onCancel(request, response)
    else if (request.method === 'POST' || state === 'succeeded') {
      response.setHeader('content-type', 'application/json').end(query)
    }
    // Who waits for a query that runs waits for ever.
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function begin(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/csv' })
}

test('a download that breaks off leaves no file and exits with 1', async () => {
  await using server = await serverWith('succeeded', (_request, response) => {
    begin(response).write('x\r\n1\r\n', () => response.destroy())
  })
  const file = join(folder, 'a.csv')
  const { code, stderr } = await runCli(['query', 'select 1', '-o', file], { env: { SLUICE_URL: server.url } })
  expect(code).toBe(1)
  expect(stderr).toContain(`Nothing was written to ${file}`)
  expect(await readdir(folder)).toEqual([])
})

test('a download to standard output that breaks off says that it is not the whole', async () => {
  await using server = await serverWith('succeeded', (_request, response) => {
    begin(response).write('x\r\n1\r\n', () => response.destroy())
  })
  const args = ['result', id, '--format', 'csv']
  const { code, stdout, stderr } = await runCli(args, { env: { SLUICE_URL: server.url } })
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'x\r\n1\r\n' })
  expect(stderr).toContain('What was printed is not the whole')
})

test('Ctrl-C during a download leaves no file, keeps the query, and exits with 130', async () => {
  await using server = await serverWith('succeeded', (_request, response) => void begin(response).write('x\r\n1\r\n'))
  const run = startCli(['query', 'select 1', '-o', join(folder, 'a.csv')], { env: { SLUICE_URL: server.url } })
  await eventually(async () => {
    const [partial] = await readdir(folder)
    expect(await readFile(join(folder, partial!), 'utf8')).toBe('x\r\n1\r\n')
  })
  run.signal('SIGINT')
  const { code, stderr } = await run.ended
  expect(code).toBe(130)
  expect(stderr).toContain(`its result is kept: sluice result ${id}`)
  expect(server.asked).not.toContain(`POST /v1/queries/${id}/cancel`)
  expect(await readdir(folder)).toEqual([])
})

test('a second Ctrl-C ends the command at once, even if the server does not answer', async () => {
  await using server = await serverWith('running', () => undefined)
  const run = startCli(['query', 'select 1', '-o', join(folder, 'a.csv')], { env: { SLUICE_URL: server.url } })
  await eventually(() => expect(server.asked).toContain(`GET /v1/queries/${id}`))
  run.signal('SIGINT')
  await eventually(() => expect(server.asked).toContain(`POST /v1/queries/${id}/cancel`))
  run.signal('SIGINT')
  expect(await run.ended).toMatchObject({ code: 130 })
  expect(await readdir(folder)).toEqual([])
})

test('a result that is larger than memory should be is written as it comes', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x')
  const pieces = 400
  await using server = await serverWith('succeeded', (_request, response) => {
    begin(response)
    let left = pieces
    const more = (): void => {
      while (left > 0 && response.write(piece)) left--
      if (left === 0) response.end()
    }
    response.on('drain', () => {
      left--
      more()
    })
    more()
  })
  const args = ['result', id, '--format', 'csv', '-o', '/dev/null']
  const run = startCli(args, { env: { SLUICE_URL: server.url } })
  const peaksMiB: number[] = []
  const watch = setInterval(() => {
    void readFile(`/proc/${run.pid}/status`, 'utf8').then(
      (status) => peaksMiB.push(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024),
      () => undefined,
    )
  }, 20)
  const { code } = await run.ended
  clearInterval(watch)

  expect(code).toBe(0)
  // Where there is no /proc, that it ended well is all that is known.
  expect(Math.max(0, ...peaksMiB)).toBeLessThan(pieces - 100)
})
