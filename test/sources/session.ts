/**
 * Statements as a worker runs them, without a control database:
 *
 *     const source = sourceAt(database.roleUrl)
 *     const connections = new SourceConnections()
 *     const { columns, stream } = await runStatement(connections, source, 'select 1 as x')
 */
import type { Batch } from '../../src/arrow/batch.ts'
import { isStoredAsIs, type Column } from '../../src/arrow/columns.ts'
import { decodeBatches } from '../../src/arrow/decode.ts'
import { encodeSchema, endOfStream } from '../../src/arrow/encode.ts'
import { encodeSlice } from '../../src/arrow/slice.ts'
import { RunError, type QueryError } from '../../src/errors.ts'
import type { SourceConnections } from '../../src/sources/connections.ts'
import type { ResultSummary } from '../../src/sources/resultStream.ts'
import type { Source } from '../../src/sources/source.ts'
import { Statement, type StatementRequest } from '../../src/sources/statement.ts'

/** The database at an address as a source. */
export function sourceAt(url: string, settings: Partial<Source> = {}): Source {
  const address = new URL(url)
  return {
    name: 'test',
    host: address.hostname,
    port: Number(address.port || 5432),
    database: address.pathname.slice(1),
    username: address.username,
    password: decodeURIComponent(address.password),
    tls: 'disable',
    writes: false,
    preparedStatements: true,
    maxConnections: 4,
    version: 1,
    ...settings,
  }
}

/** A request with nothing in it but the statement. */
export function requestOf(sql: string, request: Partial<StatementRequest> = {}): StatementRequest {
  return { sql, params: [], timeoutSeconds: 60, applicationName: 'test', rowLimit: null, byteLimit: null, ...request }
}

/** A statement that has run to its end. */
export interface RunResult extends ResultSummary {
  columns: Column[]
  batches: Batch[]
  /** The result as an Arrow IPC stream. */
  stream: Buffer
}

/** Collects the result of a statement. */
export async function collect(statement: Statement): Promise<RunResult> {
  let columns: readonly Column[] = await statement.columns
  const batches: Batch[] = []
  for await (const batch of statement.batches()) {
    batches.push(batch)
    columns = batch.columns
  }
  return { columns: [...columns], batches, stream: servedStream(columns, batches), ...statement.summary }
}

/** Batches as the Arrow IPC stream that a client gets: in one layout, whatever they were stored in. */
export function servedStream(columns: readonly Column[], batches: readonly Batch[]): Buffer {
  let firstRow = 0
  const messages = batches.map(({ message, rows }) => {
    const isAsIs = isStoredAsIs(columns, firstRow)
    const [decoded] = decodeBatches(message, columns, firstRow)
    firstRow += rows
    return { message: isAsIs ? message : encodeSlice(decoded!, 0, rows) }
  })
  return streamOf(columns, messages)
}

/** Batches as a whole Arrow IPC stream, as they are. */
export function streamOf(columns: readonly Column[], batches: readonly Pick<Batch, 'message'>[]): Buffer {
  return Buffer.concat([encodeSchema(columns), ...batches.map(({ message }) => message), endOfStream])
}

/**
 * Runs a statement and waits until its connection is clean again, or gone.
 *
 * @throws RunError of the statement
 */
export async function runStatement(
  connections: SourceConnections,
  source: Source,
  sql: string,
  request: Partial<StatementRequest> = {},
): Promise<RunResult> {
  const { connection, memory } = await connections.acquire(source, AbortSignal.timeout(20_000))
  const statement = new Statement(connection, requestOf(sql, request), memory)
  try {
    return await collect(statement)
  } finally {
    await statement.settled
    connections.release(connection)
  }
}

/** The error with which a run fails. */
export async function errorOf(run: Promise<unknown>): Promise<QueryError> {
  const outcome = await run.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (outcome instanceof RunError) return outcome.error
  throw new Error(`The run did not fail with a RunError: ${String(outcome)}`)
}
