import { RunError } from '../errors.ts'
import type { Batch } from '../arrow/batch.ts'
import type { Column } from '../arrow/columns.ts'
import {
  Backend,
  TransactionStatus,
  flush,
  readCommand,
  readErrorFields,
  readParameterDescription,
  readParameterStatus,
  readRowDescription,
  sync,
  type FieldDescription,
} from '../wire/messages.ts'
import type { SourceConnection } from './connection.ts'
import { Conversation } from './conversation.ts'
import { Preparation, type PreparedStatement } from './preparation.ts'
import { ResultStream, type ResultLimits, type ResultSummary } from './resultStream.ts'
import { copyNotSupported, encodingChanged, statementError, transactionEnded } from './sourceErrors.ts'
import type { Source } from './source.ts'
import type { SourceMemory } from './sourceMemory.ts'
import { closeTransaction, openTransaction, type TransactionSettings } from './transaction.ts'

/** What is run. */
export interface StatementRequest extends PreparedStatement, ResultLimits, TransactionSettings {
  /** True: it may not write, and is rolled back, also where its source takes writes. */
  rollback?: boolean
}

/**
 * Runs one statement on a source connection, in a transaction of its own:
 *
 *     begin, settings, Parse, Describe   →   columns
 *     Bind, Execute, Sync                →   rows, as they come
 *     rollback (or commit), discard all  →   the connection is clean again (see closeTransaction)
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
  readonly settled: Conversation['settled']

  readonly #connection: SourceConnection
  readonly #request: StatementRequest
  readonly #preparation: Preparation
  readonly #conversation: Conversation
  readonly #result: ResultStream
  readonly #startedAt = performance.now()
  readonly #source: Pick<Source, 'writes' | 'preparedStatements'>

  #phase: 'opening' | 'describing' | 'namingTypes' | 'running' | 'outdated' | 'stopping' | 'ended' = 'opening'
  #readies = 0
  #cleaningUp = false
  #error: RunError | undefined
  #command: string | undefined

  constructor(connection: SourceConnection, request: StatementRequest, memory: SourceMemory) {
    this.#connection = connection
    this.#request = request
    const { source } = connection
    this.#source = request.rollback === true ? { ...source, writes: false } : source
    this.#preparation = new Preparation(request, memory)
    this.#result = new ResultStream(connection.socket, request)
    this.#conversation = new Conversation(connection, {
      onMessage: (type, bytes, start, end) => this.#onMessage(type, bytes, start, end),
      isWanted: (type, bodyBytes) => type !== Backend.dataRow || this.#wantsRow(bodyBytes),
      onNonsense: (error) => this.stop(error),
      onLost: (error) => this.#lose(error),
    })
    this.columns = this.#result.columns
    this.settled = this.#conversation.settled
    this.#open()
  }

  /** Rows read so far and the limit that cut the result short, if one did. */
  get summary(): ResultSummary {
    return this.#result.summary
  }

  /** What the source says that it has run, such as SELECT; undefined before the end and after a limit. */
  get command(): string | undefined {
    return this.#command
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
   * Stops the statement at the source unless it has ended: it fails with `error`, or its result
   * ends as it is. The connection is not used again.
   */
  stop(error?: RunError): void {
    if (this.#result.ended || this.#phase === 'stopping' || this.#phase === 'ended') return
    this.#phase = 'stopping'
    // What still arrives is read and thrown away, so that the server can come to the cancel.
    this.#end(error)
    // Before its clean-up is asked for, the server would wait for more instead of ending.
    this.#conversation.endSession(this.#request.applicationName, () => {
      if (!this.#cleaningUp) this.#connection.close()
    })
  }

  #open(): void {
    const source = this.#source
    let questions: Buffer[]
    try {
      questions = this.#preparation.ask()
    } catch (error) {
      this.#end(error as RunError)
      this.#finish('usable')
      return
    }
    const opening = [openTransaction(source, this.#request), ...questions]
    const execution = source.writes ? undefined : this.#preparation.foresee()
    if (execution === undefined) this.#conversation.send(...opening, flush)
    else this.#cleanUp(...opening, ...execution)
    this.#connection.socket.resume()
  }

  #onMessage(type: number, bytes: Buffer, start: number, end: number): boolean {
    switch (type) {
      case Backend.dataRow:
        if (this.#phase === 'running' && this.#readies === 1) this.#onRow(bytes, start, end)
        else if (this.#phase === 'namingTypes') this.#preparation.addTypes(bytes.subarray(start, end))
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
        if (this.#phase === 'namingTypes') this.#execute(this.#preparation.execute())
        else if (this.#phase === 'running' && this.#readies === 1)
          this.#command = readCommand(bytes.subarray(start, end))
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
        this.stop(copyNotSupported())
        this.#connection.close()
        return false
    }
    return this.#phase !== 'ended'
  }

  #onParameterTypes(typeOids: readonly number[]): void {
    if (this.#phase !== 'describing' || this.#error !== undefined) return
    try {
      this.#preparation.setParameterTypes(typeOids)
    } catch (error) {
      this.#refuse(error as RunError)
    }
  }

  #onDescription(fields: FieldDescription[]): void {
    if (this.#phase !== 'describing' || this.#error !== undefined) return
    const next = this.#preparation.setFields(fields)
    if (next === 'foreseen') {
      this.#start()
    } else if (next === 'outdated') {
      this.#phase = 'outdated'
    } else if (next.isComplete) {
      this.#execute(next.messages)
    } else {
      this.#phase = 'namingTypes'
      this.#conversation.send(...next.messages)
    }
  }

  #execute(execution: Buffer[]): void {
    this.#start()
    this.#cleanUp(...execution)
  }

  /** Rows come next. */
  #start(): void {
    this.#phase = 'running'
    this.#result.start(this.#preparation.builder)
  }

  /** The source described the statement otherwise than before, and has cleaned up: once more, with open eyes. */
  #begin(): void {
    this.#preparation.forget()
    this.#phase = 'opening'
    this.#readies = 0
    this.#cleaningUp = false
    this.#open()
  }

  /** Sends the last messages of the statement, if any, and those that end its transaction. */
  #cleanUp(...last: Buffer[]): void {
    if (this.#cleaningUp) return
    this.#cleaningUp = true
    const source = this.#source
    this.#conversation.send(...last, sync, ...(source.writes ? [] : closeTransaction(source, 'rollback')))
  }

  /** A row that no limit leaves room for is not even received: one alone may have hundreds of megabytes. */
  #wantsRow(bytes: number): boolean {
    if (this.#result.ended || this.#phase === 'outdated') return false
    if (this.#phase !== 'running' || this.#readies !== 1 || this.#result.hasRoom(bytes)) return true
    if (!this.#source.writes) this.stop()
    return false
  }

  #onRow(bytes: Buffer, start: number, end: number): void {
    try {
      const taken = this.#result.append(bytes, start, end)
      // Stopping a statement that writes would undo it: there the rest is read and thrown away.
      if (!taken && !this.#source.writes) this.stop()
    } catch (error) {
      if (!(error instanceof RunError)) throw error
      this.stop(error)
    }
  }

  #onSetting({ name, value }: { name: string; value: string }): void {
    if (name === 'client_encoding' && value !== 'UTF8' && this.#readies === 1) this.#error ??= encodingChanged(value)
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
    if (this.#phase === 'describing' || this.#phase === 'namingTypes') {
      this.#phase = 'running'
      this.#cleanUp()
    }
  }

  /** One ReadyForQuery each: begin, statement, rollback or commit, discard unless a pooler is between. */
  #onReady(status: number): void {
    if (this.#phase === 'stopping') {
      // The statement has ended after a cancel; the connection is of no further use.
      this.#connection.close()
      return
    }
    this.#readies++
    const source = this.#source
    const isLast = this.#readies === (source.preparedStatements ? 4 : 3)
    if (this.#phase === 'outdated') {
      if (isLast) this.#begin()
      return
    }
    if (this.#readies === 1) {
      this.#phase = 'describing'
      if (this.#error !== undefined) this.#refuse(this.#error)
    } else if (this.#readies === 2) {
      if (status !== TransactionStatus.inTransaction) this.#error ??= transactionEnded()
      if (!source.writes) this.#end(this.#error)
      else this.#conversation.send(...closeTransaction(source, this.#error === undefined ? 'commit' : 'rollback'))
    } else {
      if (this.#readies === 3 && source.writes) this.#end(this.#error)
      if (!isLast) return
      if (status !== TransactionStatus.idle) this.#connection.close()
      this.#finish('usable')
    }
  }

  /** No more rows. */
  #end(error?: RunError): void {
    if (this.#result.ended) return
    this.#error ??= error
    this.#result.end(this.#error)
    if (this.#phase !== 'stopping') this.#conversation.awaitCleanUp()
  }

  #lose(error: RunError): void {
    if (this.#phase !== 'stopping') this.#end(error)
    this.#finish()
  }

  /** The statement is over; `settled` says what became of its connection, if that is known now. */
  #finish(settled?: 'usable'): void {
    if (this.#phase === 'ended') return
    this.#phase = 'ended'
    this.#conversation.end(settled)
  }
}
