import { RunError } from '../errors.ts'
import type { Column } from '../arrow/columns.ts'
import type { Batch } from '../arrow/batch.ts'
import { BatchBuilder } from './batchBuilder.ts'
import type { SourceConnection } from './connection.ts'
import { MessageReader } from '../wire/messageReader.ts'
import { encodeParameters, type EncodedParameters } from './parameters.ts'
import { connectionLost, statementError } from './sourceErrors.ts'
import { askTypeNames, knownTypeNames, rememberTypeName, type TypeNameCache } from './typeNames.ts'
import {
  Backend,
  TransactionStatus,
  bind,
  describeStatement,
  execute,
  flush,
  parse,
  query,
  readErrorFields,
  readRowDescription,
  readTextRow,
  sync,
  type FieldDescription,
} from '../wire/messages.ts'

/** Closed batches that may wait to be stored before the source is made to wait. */
const mostBatchesWaiting = 2
/** A row waits no longer than this for its batch to fill. */
const batchDelayMs = 200
/** A statement that was asked to stop gets so long before its connection is cut. */
const cancelGraceMs = 5_000

/** What is run. */
export interface StatementRequest {
  sql: string
  params: readonly unknown[]
  timeoutSeconds: number
  /** Shows in the source's pg_stat_activity while the statement runs. */
  applicationName: string
  rowLimit: number | null
  byteLimit: number | null
}

/** What is known at the end of a statement. */
export interface StatementSummary {
  rows: number
  limitingFactor: 'row_limit' | 'byte_limit' | null
}

/**
 * Runs one statement on a source connection, in a transaction of its own:
 *
 *     begin, settings, Parse, Describe   →   columns
 *     Bind, Execute, Sync                →   rows, as they come
 *     rollback (or commit), discard all  →   the connection is clean again
 *
 * Everything of a line is sent in one write. Rows become record batches; when two of them
 * wait to be taken, the socket is paused and the source waits.
 */
export class Statement {
  /** The columns of the result; rejects if the statement does not get that far. */
  readonly columns: Promise<Column[]>
  /** Fulfils once the connection can be used again or is known to be broken; never rejects. */
  readonly settled: Promise<void>

  readonly #connection: SourceConnection
  readonly #request: StatementRequest
  readonly #typeNames: TypeNameCache
  readonly #reader = new MessageReader((type, bytes, start, end) => this.#onMessage(type, bytes, start, end))
  readonly #columnsKnown = Promise.withResolvers<Column[]>()
  readonly #connectionSettled = Promise.withResolvers<void>()
  readonly #onData = (piece: Buffer): void => this.#receive(piece)
  readonly #onClose = (): void => this.#lose(connectionLost(this.#connection.broken))

  #parameters: EncodedParameters = { types: [], values: [] }
  #phase: 'opening' | 'describing' | 'namingTypes' | 'running' | 'stopping' | 'ended' = 'opening'
  #readies = 0
  #fields: FieldDescription[] = []
  #unnamed: FieldDescription[] = []
  #builder: BatchBuilder | undefined
  #delay: NodeJS.Timeout | undefined
  #ready: Batch[] = []
  #wake: (() => void) | undefined
  #rows = 0
  #bytes = 0
  #limitingFactor: StatementSummary['limitingFactor'] = null
  #error: RunError | undefined
  #complete = false

  constructor(connection: SourceConnection, request: StatementRequest, typeNames: TypeNameCache) {
    this.#connection = connection
    this.#request = request
    this.#typeNames = typeNames
    this.columns = this.#columnsKnown.promise
    this.settled = this.#connectionSettled.promise
    this.columns.catch(() => undefined)
    connection.socket.on('data', this.#onData)
    connection.socket.once('close', this.#onClose)
    this.#open()
  }

  /** Rows read so far and the limit that cut the result short, if one did. */
  get summary(): StatementSummary {
    return { rows: this.#rows, limitingFactor: this.#limitingFactor }
  }

  /**
   * The batches in order. Ends when the source has confirmed the end of the statement, or a
   * limit was reached.
   *
   * @throws RunError with the source's error, or that of the lost connection
   */
  async *batches(): AsyncGenerator<Batch, void, undefined> {
    for (;;) {
      const batch = this.#ready.shift()
      if (batch !== undefined) {
        if (this.#phase === 'running' && this.#ready.length < mostBatchesWaiting) this.#connection.socket.resume()
        yield batch
      } else if (this.#error !== undefined) {
        throw this.#error
      } else if (this.#complete) {
        return
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = undefined
      }
    }
  }

  /**
   * Stops the statement at the source. Whatever it had not delivered is gone; the connection
   * is not used again. Without `error` the result ends as it is.
   */
  stop(error?: RunError): void {
    if (this.#complete || this.#phase === 'stopping' || this.#phase === 'ended') return
    this.#phase = 'stopping'
    this.#end(error)
    const cut = setTimeout(() => this.#connection.destroy(), cancelGraceMs)
    this.#connection.socket.once('close', () => clearTimeout(cut))
    // What still arrives is read and thrown away, so that the server can come to the cancel.
    this.#connection.socket.resume()
    this.#connection.cancel().catch(() => this.#connection.destroy())
  }

  #open(): void {
    const { sql, params, timeoutSeconds, applicationName } = this.#request
    try {
      if (sql.includes('\0')) throw new RunError('sql_error', 'The statement holds a NUL character.')
      this.#parameters = encodeParameters(params)
    } catch (error) {
      this.#finish()
      this.#end(error as RunError)
      return
    }
    const access = this.#connection.source.writes ? 'read write' : 'read only'
    this.#send(
      // The select takes a snapshot, after which a read-only transaction stays read-only.
      query(
        `begin ${access}; select set_config('statement_timeout', '${timeoutSeconds * 1000}', true), ` +
          `set_config('application_name', '${applicationName.replaceAll("'", "''")}', true)`,
      ),
      parse('', sql, this.#parameters.types),
      describeStatement(''),
      flush,
    )
    this.#connection.socket.resume()
  }

  #receive(piece: Buffer): void {
    try {
      this.#reader.push(piece)
    } catch (error) {
      const runError =
        error instanceof RunError ? error : new RunError('protocol_error', (error as Error).message, {}, error)
      this.stop(runError)
    }
  }

  #onMessage(type: number, bytes: Buffer, start: number, end: number): boolean {
    switch (type) {
      case Backend.dataRow:
        if (this.#phase === 'running' && this.#readies === 1) this.#onRow(bytes, start, end)
        else if (this.#phase === 'namingTypes') this.#onTypeName(bytes.subarray(start, end))
        break
      case Backend.rowDescription:
        // The first one is that of the settings.
        if (this.#readies === 1) this.#onDescription(readRowDescription(bytes.subarray(start, end)))
        break
      case Backend.noData:
        this.#onDescription([])
        break
      case Backend.commandComplete:
        if (this.#phase === 'namingTypes') this.#bind()
        break
      case Backend.error:
        this.#onError(readErrorFields(bytes.subarray(start, end)))
        break
      case Backend.readyForQuery:
        this.#onReady(bytes[start]!)
        break
      case Backend.copyIn:
      case Backend.copyOut:
      case Backend.copyBoth:
        this.stop(
          new RunError('copy_not_supported', 'COPY from or to the client is not a query. Select the rows instead.'),
        )
        this.#connection.destroy()
        return false
    }
    return this.#phase !== 'ended'
  }

  #onDescription(fields: FieldDescription[]): void {
    if (this.#phase !== 'describing' || this.#error !== undefined) return
    this.#fields = fields
    const names = knownTypeNames(fields, this.#typeNames)
    this.#unnamed = fields.filter((_, i) => names[i] === undefined)
    if (this.#unnamed.length === 0) {
      this.#bind()
    } else {
      this.#phase = 'namingTypes'
      this.#send(...askTypeNames(this.#unnamed))
    }
  }

  #onTypeName(row: Buffer): void {
    const field = this.#unnamed.shift()
    if (field !== undefined) rememberTypeName(field, readTextRow(row)[0] ?? null, this.#typeNames)
  }

  #bind(): void {
    this.#phase = 'running'
    const builder = new BatchBuilder(this.#fields)
    this.#builder = builder
    const names = knownTypeNames(this.#fields, this.#typeNames).map((name) => name ?? 'unknown')
    this.#columnsKnown.resolve(builder.columns(this.#fields, names))
    const formats = builder.plans.map((plan) => plan.binary)
    this.#send(bind('', this.#parameters.values, formats), execute, sync, ...this.#cleanUp())
  }

  #cleanUp(): Buffer[] {
    return [query(this.#connection.source.writes ? 'commit' : 'rollback'), query('discard all')]
  }

  #onRow(bytes: Buffer, start: number, end: number): void {
    const { rowLimit, byteLimit } = this.#request
    const builder = this.#builder!
    if (rowLimit !== null && this.#rows === rowLimit) return this.#cutShort('row_limit')
    if (byteLimit !== null && this.#bytes + (end - start) > byteLimit) return this.#cutShort('byte_limit')
    builder.append(bytes, start, end)
    this.#rows++
    this.#bytes += end - start
    if (builder.full) this.#closeBatch()
    else if (builder.rows === 1) this.#delay ??= setTimeout(() => this.#onDelay(), batchDelayMs)
  }

  #cutShort(limitingFactor: 'row_limit' | 'byte_limit'): void {
    this.#limitingFactor = limitingFactor
    this.stop()
  }

  #onDelay(): void {
    this.#delay = undefined
    if (this.#builder !== undefined && this.#builder.rows > 0) this.#closeBatch()
  }

  #closeBatch(last = false): void {
    clearTimeout(this.#delay)
    this.#delay = undefined
    this.#ready.push({ ...this.#builder!.close(), last })
    if (this.#ready.length >= mostBatchesWaiting && this.#phase === 'running') this.#connection.socket.pause()
    this.#wake?.()
  }

  #onError(fields: Map<string, string>): void {
    if (this.#phase === 'stopping') return
    const error = statementError(fields)
    this.#error ??= error
    this.#columnsKnown.reject(error)
    if (this.#phase === 'describing' || this.#phase === 'namingTypes') {
      this.#phase = 'running'
      this.#send(sync, ...this.#cleanUp())
    }
    // An error that is FATAL is followed by the end of the connection, not by ReadyForQuery.
    if (fields.get('V') === 'FATAL' || fields.get('V') === 'PANIC') this.#connection.destroy()
  }

  /** One ReadyForQuery each: begin, statement, rollback or commit, discard. */
  #onReady(status: number): void {
    if (this.#phase === 'stopping') {
      // The statement has ended after a cancel; the connection is of no further use.
      this.#connection.destroy()
      return
    }
    this.#readies++
    const writes = this.#connection.source.writes
    if (this.#readies === 1) {
      this.#phase = 'describing'
      if (this.#error !== undefined) this.#send(sync, ...this.#cleanUp())
    } else if (this.#readies === 2) {
      if (this.#error === undefined && status !== TransactionStatus.inTransaction) {
        this.#error = new RunError(
          'transaction_control',
          'The statement ended its own transaction. Run it without transaction control.',
        )
      }
      if (!writes) this.#end(this.#error)
    } else if (this.#readies === 3) {
      if (writes) this.#end(this.#error)
    } else {
      if (status !== TransactionStatus.idle) this.#connection.destroy()
      this.#finish()
    }
  }

  /** No more rows. */
  #end(error?: RunError): void {
    if (this.#complete) return
    if (error !== undefined) {
      this.#error ??= error
      this.#columnsKnown.reject(error)
    }
    if (this.#builder !== undefined && this.#builder.rows > 0 && this.#error === undefined) this.#closeBatch(true)
    clearTimeout(this.#delay)
    this.#complete = true
    this.#wake?.()
  }

  #lose(error: RunError): void {
    if (this.#phase !== 'stopping') this.#end(error)
    this.#finish()
  }

  #finish(): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    const { socket } = this.#connection
    socket.off('data', this.#onData)
    socket.off('close', this.#onClose)
    this.#connectionSettled.resolve()
  }

  #send(...messages: Buffer[]): void {
    this.#connection.socket.write(Buffer.concat(messages))
  }
}
