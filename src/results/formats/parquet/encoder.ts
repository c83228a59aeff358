import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ParquetParts } from './footer.ts'
import type { RowGroupTask } from './rowGroup.ts'

export interface EncoderRequest {
  id: number
  task: RowGroupTask
}

export type EncoderAnswer = { id: number } & ({ parts: ParquetParts } | { error: Error })

interface Waiting {
  resolve: (parts: ParquetParts) => void
  reject: (error: unknown) => void
}

/** A thread without work for so long ends: WebAssembly keeps the memory that its largest task took. */
const idleMs = 30_000

/** The code beside this file, which is TypeScript in a checkout and JavaScript in the package. */
const threadCode = new URL(`./encoderThread${extname(import.meta.url)}`, import.meta.url)

/**
 * Makes row groups of Parquet files on a thread of its own, one after another: each takes
 * tens of milliseconds, in which the server answers others. The thread starts with the first
 * task, ends when idle, and keeps no process alive.
 */
export class ParquetEncoder {
  #thread: EncoderThread | undefined
  #idle: NodeJS.Timeout | undefined

  /** Encodes a row group. The bytes of frames are handed over. */
  async encode(task: RowGroupTask): Promise<ParquetParts> {
    clearTimeout(this.#idle)
    const thread = (this.#thread ??= new EncoderThread())
    try {
      return await thread.encode(task)
    } catch (error) {
      // What it did half may have left it unusable.
      if (this.#thread === thread) this.#thread = undefined
      thread.retire()
      throw error
    } finally {
      if (this.#thread === thread && thread.isIdle) this.#idle = setTimeout(() => this.stop(), idleMs).unref()
    }
  }

  /** Ends the thread; the next task starts another. */
  stop(): void {
    clearTimeout(this.#idle)
    this.#thread?.retire()
    this.#thread = undefined
  }
}

class EncoderThread {
  readonly #worker = new Worker(threadCode, { name: 'sluice parquet' })
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #retired = false

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', (answer: EncoderAnswer) => {
      const waiting = this.#waiting.get(answer.id)!
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting.reject(answer.error)
      else waiting.resolve(answer.parts)
      this.#endRetired()
    })
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('The thread that makes Parquet files ended')))
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  encode(task: RowGroupTask): Promise<ParquetParts> {
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<ParquetParts>()
    this.#waiting.set(id, { resolve, reject })
    const request: EncoderRequest = { id, task }
    this.#worker.postMessage(
      request,
      task.chunks.map(({ frame }) => frame.buffer as ArrayBuffer),
    )
    return promise
  }

  /** Ends it when the tasks that it has are done. */
  retire(): void {
    this.#retired = true
    this.#endRetired()
  }

  #endRetired(): void {
    if (this.#retired && this.isIdle) void this.#worker.terminate()
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
