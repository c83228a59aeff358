import { isDeepStrictEqual } from 'node:util'
import { RunError } from '../errors.ts'
import type { Batch } from '../arrow/batch.ts'
import type { Column } from '../arrow/columns.ts'
import { MessageReader } from '../wire/messageReader.ts'
import {
  Backend,
  TransactionStatus,
  bind,
  describeStatement,
  execute,
  flush,
  parse,
  readErrorFields,
  readParameterDescription,
  readParameterStatus,
  readRowDescription,
  sync,
  type FieldDescription,
} from '../wire/messages.ts'
import type { SourceConnection } from './connection.ts'
import { endSession, type SessionEnd } from './sessionEnd.ts'
import { Description } from './description.ts'
import { readParameters, type Parameter } from './parameters.ts'
import { ResultStream, type ResultLimits, type ResultSummary } from './resultStream.ts'
import { connectionLost, statementError } from './sourceErrors.ts'
import type { Described, SourceMemory } from './sourceMemory.ts'
import { closeTransaction, openTransaction, type TransactionSettings } from './transaction.ts'

/** A source has so long to clean a session after the end of a statement. */
const cleanUpMs = 30_000

/** What is run. */
export interface StatementRequest extends ResultLimits, TransactionSettings {
  sql: string
  /** Values for $1…: JSON values or `{"type","value"}`. */
  params: readonly unknown[]
}

/**
 * Runs one statement on a source connection, in a transaction of its own:
 *
 *     begin, settings, Parse, Describe   →   columns
 *     Bind, Execute, Sync                →   rows, as they come
 *     rollback (or commit), discard all  →   the connection is clean again
 *
 * Everything of a line is sent in one write. In a read-only source the last two lines are one
 * write, and of a statement that it has described before all three; if it then describes it
 * otherwise, what it executed is thrown away and the statement begins anew. What a statement
 * writes is committed only when all that it returned is read and found good. Rows become
 * record batches; when two of them wait to be taken, the socket is paused and the source waits.
 */
export class Statement {
  /** The columns of the result; rejects if the statement does not get that far. */
  readonly columns: Promise<Column[]>
  /**
   * Fulfils once the connection can be used again, or what is known of the end of its session
   * will not change any more; never rejects.
   */
  readonly settled: Promise<'usable' | SessionEnd>

  readonly #connection: SourceConnection
  readonly #request: StatementRequest
  readonly #memory: SourceMemory
  readonly #reader = new MessageReader(
    (type, bytes, start, end) => this.#onMessage(type, bytes, start, end),
    (type, bodyBytes) => type !== Backend.dataRow || this.#wantsRow(bodyBytes),
  )
  readonly #columnsKnown = Promise.withResolvers<Column[]>()
  readonly #connectionSettled = Promise.withResolvers<'usable' | SessionEnd>()
  readonly #result: ResultStream
  readonly #startedAt = performance.now()
  readonly #onData = (piece: Buffer): void => this.#receive(piece)
  readonly #onClose = (): void => this.#lose(connectionLost(this.#connection.broken))

  #parameters: Parameter[] = []
  #description: Description
  #foreseen: Described | undefined
  #described: Described = { parameterTypes: [], fields: [] }
  #phase: 'opening' | 'describing' | 'namingTypes' | 'running' | 'outdated' | 'stopping' | 'ended' = 'opening'
  #readies = 0
  #cleaningUp = false
  #error: RunError | undefined
  #cleanUpTimer: NodeJS.Timeout | undefined
  /** The source sent what is no message; where the next one starts is not known. */
  #lostTrack = false

  constructor(connection: SourceConnection, request: StatementRequest, memory: SourceMemory) {
    this.#connection = connection
    this.#request = request
    this.#memory = memory
    this.#description = new Description(memory.types)
    this.#result = new ResultStream(connection.socket, request)
    this.columns = this.#columnsKnown.promise
    this.settled = this.#connectionSettled.promise
    this.columns.catch(() => undefined)
    connection.socket.on('data', this.#onData)
    connection.socket.once('close', this.#onClose)
    this.#open()
  }

  /** Rows read so far and the limit that cut the result short, if one did. */
  get summary(): ResultSummary {
    return this.#result.summary
  }

  /**
   * The batches in order. Ends when the source has confirmed the end of the statement, or a
   * limit was reached.
   *
   * @throws RunError with the source's error, or that of the lost connection
   */
  batches(): AsyncGenerator<Batch, void, undefined> {
    return this.#result.batches()
  }

  /**
   * Stops the statement at the source; it fails with `error` unless it has ended. The
   * connection is not used again.
   */
  stop(error: RunError): void {
    this.#stop(error)
  }

  /** Without `error` the result ends as it is. */
  #stop(error?: RunError): void {
    if (this.#result.ended || this.#phase === 'stopping' || this.#phase === 'ended') return
    this.#phase = 'stopping'
    // What still arrives is read and thrown away, so that the server can come to the cancel.
    this.#end(error)
    const connection = this.#connection
    // Before its clean-up is asked for, the server would wait for more instead of ending.
    const onCanceled = (): void => {
      if (!this.#cleaningUp) connection.close()
    }
    void endSession(connection, onCanceled).then(this.#connectionSettled.resolve)
  }

  #open(): void {
    const { sql, params } = this.#request
    try {
      if (sql.includes('\0')) throw new RunError('sql_error', 'The statement holds a NUL character.')
      this.#parameters = readParameters(params)
    } catch (error) {
      this.#end(error as RunError)
      this.#finish('usable')
      return
    }
    const opening = [
      openTransaction(this.#connection.source.writes, this.#request),
      parse('', sql, this.#parameterTypes),
      describeStatement(''),
    ]
    const execution = this.#foresee()
    if (execution === undefined) this.#send(...opening, flush)
    else this.#cleanUp(...opening, ...execution)
    this.#connection.socket.resume()
  }

  get #parameterTypes(): number[] {
    return this.#parameters.map(({ typeOid }) => typeOid)
  }

  /** The messages that execute the statement as it was described before, undefined if that is not known. */
  #foresee(): Buffer[] | undefined {
    const known = this.#connection.source.writes
      ? undefined
      : this.#memory.recall(this.#request.sql, this.#parameterTypes)
    if (known === undefined) return undefined
    try {
      this.#description.setParameters(this.#parameters, known.parameterTypes)
    } catch {
      // Refused once the source has said what it takes now.
      return undefined
    }
    if (this.#description.setFields([...known.fields]).length > 0) return undefined
    this.#foreseen = known
    return [bind('', this.#description.parameterValues, this.#description.plan().binary), execute]
  }

  #receive(piece: Buffer): void {
    if (this.#lostTrack) return
    try {
      const rest = this.#reader.push(piece)
      // After the end of the clean-up a server has nothing to say.
      if (rest !== undefined && rest.length > 0) this.#connection.close()
    } catch (error) {
      const runError =
        error instanceof RunError ? error : new RunError('protocol_error', (error as Error).message, {}, error)
      this.#lostTrack = true
      this.#stop(runError)
      this.#connection.close()
    }
  }

  #onMessage(type: number, bytes: Buffer, start: number, end: number): boolean {
    switch (type) {
      case Backend.dataRow:
        if (this.#phase === 'running' && this.#readies === 1) this.#onRow(bytes, start, end)
        else if (this.#phase === 'namingTypes') this.#description.addTypes(bytes.subarray(start, end))
        break
      case Backend.parameterDescription:
        this.#onParameterTypes(readParameterDescription(bytes.subarray(start, end)))
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
      case Backend.parameterStatus:
        this.#onSetting(readParameterStatus(bytes.subarray(start, end)))
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
        this.#stop(
          new RunError('copy_not_supported', 'COPY from or to the client is not a query. Select the rows instead.'),
        )
        this.#connection.close()
        return false
    }
    return this.#phase !== 'ended'
  }

  #onParameterTypes(typeOids: readonly number[]): void {
    if (this.#phase !== 'describing' || this.#error !== undefined) return
    this.#described = { ...this.#described, parameterTypes: typeOids }
    if (this.#foreseen !== undefined) return
    try {
      this.#description.setParameters(this.#parameters, typeOids)
    } catch (error) {
      this.#refuse(error as RunError)
    }
  }

  #onDescription(fields: FieldDescription[]): void {
    if (this.#phase !== 'describing' || this.#error !== undefined) return
    this.#described = { ...this.#described, fields }
    if (this.#foreseen !== undefined) {
      if (isDeepStrictEqual(this.#foreseen, this.#described)) this.#start()
      else this.#phase = 'outdated'
      return
    }
    const questions = this.#description.setFields(fields)
    if (questions.length === 0) {
      this.#bind()
    } else {
      this.#phase = 'namingTypes'
      this.#send(...questions)
    }
  }

  #bind(): void {
    this.#memory.remember(this.#request.sql, this.#parameterTypes, this.#described)
    const binary = this.#start()
    this.#cleanUp(bind('', this.#description.parameterValues, binary), execute)
  }

  /** Rows come next; tells which columns come in binary. */
  #start(): boolean[] {
    this.#phase = 'running'
    const { builder, binary } = this.#description.plan()
    this.#result.start(builder)
    this.#columnsKnown.resolve(builder.columns)
    return binary
  }

  /** The source described the statement otherwise than before, and has cleaned up: once more, with open eyes. */
  #begin(): void {
    this.#memory.forget(this.#request.sql, this.#parameterTypes)
    this.#foreseen = undefined
    this.#description = new Description(this.#memory.types)
    this.#phase = 'opening'
    this.#readies = 0
    this.#cleaningUp = false
    this.#open()
  }

  /** Sends the last messages of the statement, if any, and those that end its transaction. */
  #cleanUp(...last: Buffer[]): void {
    if (this.#cleaningUp) return
    this.#cleaningUp = true
    this.#send(...last, sync, ...(this.#connection.source.writes ? [] : closeTransaction('rollback')))
  }

  /** A row that no limit leaves room for is not even received: one alone may have hundreds of megabytes. */
  #wantsRow(bytes: number): boolean {
    if (this.#result.ended || this.#phase === 'outdated') return false
    if (this.#phase !== 'running' || this.#readies !== 1 || this.#result.hasRoom(bytes)) return true
    if (!this.#connection.source.writes) this.#stop()
    return false
  }

  #onRow(bytes: Buffer, start: number, end: number): void {
    try {
      const taken = this.#result.append(bytes, start, end)
      // Stopping a statement that writes would undo it: there the rest is read and thrown away.
      if (!taken && !this.#connection.source.writes) this.#stop()
    } catch (error) {
      if (!(error instanceof RunError)) throw error
      this.#stop(error)
    }
  }

  #onSetting({ name, value }: { name: string; value: string }): void {
    if (name !== 'client_encoding' || value === 'UTF8' || this.#readies !== 1) return
    this.#error ??= new RunError(
      'sql_error',
      `The statement changed client_encoding to ${value}; text is read as UTF8.`,
    )
  }

  #onError(fields: Map<string, string>): void {
    // An error that is FATAL is followed by the end of the connection, not by ReadyForQuery.
    if (fields.get('V') === 'FATAL' || fields.get('V') === 'PANIC') this.#connection.expectClose()
    if (this.#phase === 'stopping' || this.#phase === 'outdated' || this.#result.ended) return
    const timeIsUp = performance.now() - this.#startedAt >= this.#request.timeoutSeconds * 1000
    this.#refuse(statementError(fields, timeIsUp))
  }

  /** The statement fails; nothing of it is executed if that has not begun. */
  #refuse(error: RunError): void {
    this.#error ??= error
    this.#columnsKnown.reject(this.#error)
    if (this.#phase === 'describing' || this.#phase === 'namingTypes') {
      this.#phase = 'running'
      this.#cleanUp()
    }
  }

  /** One ReadyForQuery each: begin, statement, rollback or commit, discard. */
  #onReady(status: number): void {
    if (this.#phase === 'stopping') {
      // The statement has ended after a cancel; the connection is of no further use.
      this.#connection.close()
      return
    }
    this.#readies++
    if (this.#phase === 'outdated') {
      if (this.#readies === 4) this.#begin()
      return
    }
    const { writes } = this.#connection.source
    if (this.#readies === 1) {
      this.#phase = 'describing'
      if (this.#error !== undefined) this.#refuse(this.#error)
    } else if (this.#readies === 2) {
      if (this.#error === undefined && status !== TransactionStatus.inTransaction) {
        this.#error = new RunError(
          'transaction_control',
          'The statement ended its own transaction. Run it without transaction control.',
        )
      }
      if (writes) this.#send(...closeTransaction(this.#error === undefined ? 'commit' : 'rollback'))
      else this.#end(this.#error)
    } else if (this.#readies === 3) {
      if (writes) this.#end(this.#error)
    } else {
      if (status !== TransactionStatus.idle) this.#connection.close()
      this.#finish('usable')
    }
  }

  /** No more rows. */
  #end(error?: RunError): void {
    if (this.#result.ended) return
    if (error !== undefined) {
      this.#error ??= error
      this.#columnsKnown.reject(error)
    }
    this.#result.end(this.#error)
    if (this.#phase !== 'stopping') this.#cleanUpTimer = setTimeout(() => this.#connection.destroy(), cleanUpMs)
  }

  #lose(error: RunError): void {
    if (this.#phase === 'stopping') {
      this.#finish()
      return
    }
    this.#end(error)
    this.#finish()
    void this.#connection.closed.then((byServer) => this.#connectionSettled.resolve(byServer ? 'gone' : 'uncertain'))
  }

  /** The statement is over; `settled` says what became of its connection, if that is known now. */
  #finish(settled?: 'usable'): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    clearTimeout(this.#cleanUpTimer)
    this.#reader.close()
    const { socket } = this.#connection
    socket.off('data', this.#onData)
    socket.off('close', this.#onClose)
    if (settled !== undefined) this.#connectionSettled.resolve(settled)
  }

  #send(...messages: Buffer[]): void {
    this.#connection.socket.write(Buffer.concat(messages))
  }
}
