import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { callServer, submitQuery } from '../client.ts'
import { median } from '../statistics.ts'
import type { Stack } from '../stack.ts'
import type { PartContext } from './context.ts'

export interface FirstRowsFigures {
  /** From submit to the first answer with a row, milliseconds. */
  readableMs: number[]
  /** From the start of the same statement to its first row over a plain connection, milliseconds. */
  sourceMs: number[]
  /** Difference of the medians. */
  afterSourceMs: number
}

/** Rows of 2 kB: PostgreSQL sends what it has when 8 kB are together, a shorter row would wait for others. */
const sql = `select i, repeat('x', 2000) as padding, pg_sleep(0.01) from generate_series(1, 1000) i`
const pollMs = 5
const repetitions = 5

/** (d) Time until rows of a query that runs for 10 s can be read. */
export async function measureFirstRows({ stack, signal, say }: PartContext): Promise<FirstRowsFigures> {
  const figures: FirstRowsFigures = { readableMs: [], sourceMs: [], afterSourceMs: Number.NaN }
  // The first round warms up and does not count.
  for (let n = 0; n <= repetitions; n++) {
    const sourceMs = await firstRowOfSource(stack)
    const readableMs = await firstReadableRow(stack, signal)
    if (n === 0) continue
    figures.sourceMs.push(sourceMs)
    figures.readableMs.push(readableMs)
    say(`  readable after ${readableMs.toFixed(0)} ms; the source's first row after ${sourceMs.toFixed(0)} ms`)
  }
  figures.afterSourceMs = median(figures.readableMs) - median(figures.sourceMs)
  return figures
}

async function firstReadableRow(stack: Stack, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now()
  const { id } = await submitQuery(stack, { sql }, signal)
  const path = `/v1/queries/${id}/result?partial=true&format=ndjson&limit=1`
  for (;;) {
    const answer = await callServer(stack, path, { signal })
    const text = await answer.text()
    if (answer.status === 200 && text.trim() !== '') break
    if (answer.status !== 200 && answer.status !== 409) throw new Error(`The server answered ${answer.status}: ${text}`)
    await delay(pollMs, undefined, { signal })
  }
  const ms = performance.now() - startedAt
  await callServer(stack, `/v1/queries/${id}/cancel`, { method: 'POST', body: '{}', signal })
  await callServer(stack, `/v1/queries/${id}?wait=10`, { signal })
  return ms
}

async function firstRowOfSource({ source }: Stack): Promise<number> {
  const client = new pg.Client(source)
  await client.connect()
  client.on('error', () => undefined)
  const startedAt = performance.now()
  const query = new pg.Query(sql)
  const ms = await new Promise<number>((resolve, reject) => {
    query.once('row', () => resolve(performance.now() - startedAt))
    query.once('error', reject)
    client.query(query)
  })
  query.on('error', () => undefined)
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
  stream.destroy()
  return ms
}
