import { SourceConnection } from './connection.ts'
import type { Source } from './source.ts'
import { SourceMemory } from './sourceMemory.ts'
import { unlessAborted } from './unlessAborted.ts'

const idleMs = 30_000

interface IdleConnection {
  connection: SourceConnection
  timer: NodeJS.Timeout
}

interface Pool {
  version: number
  open: number
  idle: IdleConnection[]
  waiting: (() => void)[]
  memory: SourceMemory
}

/**
 * The connections of one worker process to its sources. A connection is lent to one
 * statement at a time; a broken one is never lent again.
 */
export class SourceConnections {
  readonly #pools = new Map<string, Pool>()
  readonly #onOpen: (connection: SourceConnection) => void
  readonly #open = new Set<SourceConnection>()
  #closed = false

  /** @param onOpen called with every connection that is made */
  constructor(onOpen: (connection: SourceConnection) => void = () => undefined) {
    this.#onOpen = onOpen
  }

  /** Sessions that are open. */
  get size(): number {
    return this.#open.size
  }

  /**
   * Lends a connection, a new one if none is idle; waits while `source.maxConnections` are out.
   *
   * @throws RunError if the source cannot be reached; the signal's reason if it is aborted
   */
  async acquire(source: Source, signal: AbortSignal): Promise<{ connection: SourceConnection; memory: SourceMemory }> {
    const pool = this.#pool(source)
    while (pool.idle.length === 0 && pool.open >= source.maxConnections) {
      await turn(pool, signal)
    }
    if (signal.aborted) {
      // The turn, if there was one, is the next one's.
      pool.waiting.shift()?.()
      throw signal.reason
    }
    const idle = pool.idle.pop()
    if (idle !== undefined) {
      clearTimeout(idle.timer)
      idle.connection.unpark()
      if (idle.connection.broken === undefined && idle.connection.source.version === source.version) {
        return { connection: idle.connection, memory: pool.memory }
      }
      this.#drop(pool, idle.connection)
      return await this.acquire(source, signal)
    }
    pool.open++
    const connecting = this.#connect(source)
    try {
      return { connection: await unlessAborted(connecting, signal), memory: pool.memory }
    } catch (error) {
      // A connection that comes after an abort is for somebody else.
      void connecting.then(
        (connection) => this.release(connection),
        () => this.#leave(pool),
      )
      throw error
    }
  }

  /** Takes a connection back. */
  release(connection: SourceConnection): void {
    const pool = this.#pools.get(connection.source.name)
    if (pool === undefined) {
      connection.destroy()
      return
    }
    if (connection.broken !== undefined || this.#closed || connection.source.version !== pool.version) {
      this.#drop(pool, connection)
      return
    }
    const idle: IdleConnection = {
      connection,
      timer: setTimeout(() => {
        pool.idle = pool.idle.filter((other) => other !== idle)
        this.#drop(pool, connection)
      }, idleMs),
    }
    idle.timer.unref()
    connection.park()
    pool.idle.push(idle)
    pool.waiting.shift()?.()
  }

  /** Sees to it that no connection of now is lent again: a cancel may be on its way to any of them. */
  spoilAll(): void {
    for (const connection of this.#open) connection.spoil(new Error('A cancel may be on its way'))
    this.#dropIdle()
  }

  /** Closes idle connections; those that are out are closed as they come back. */
  close(): void {
    this.#closed = true
    this.#dropIdle()
  }

  async #connect(source: Source): Promise<SourceConnection> {
    const connection = await SourceConnection.connect(source)
    this.#open.add(connection)
    void connection.closed.then(() => this.#open.delete(connection))
    this.#onOpen(connection)
    return connection
  }

  #dropIdle(): void {
    for (const pool of this.#pools.values()) {
      for (const idle of pool.idle.splice(0)) {
        clearTimeout(idle.timer)
        this.#drop(pool, idle.connection)
      }
    }
  }

  #pool(source: Source): Pool {
    let pool = this.#pools.get(source.name)
    if (pool === undefined) {
      pool = { version: source.version, open: 0, idle: [], waiting: [], memory: new SourceMemory() }
      this.#pools.set(source.name, pool)
    } else if (pool.version !== source.version) {
      pool.version = source.version
      pool.memory.clear()
    }
    return pool
  }

  #drop(pool: Pool, connection: SourceConnection): void {
    connection.close()
    this.#leave(pool)
  }

  #leave(pool: Pool): void {
    pool.open--
    pool.waiting.shift()?.()
  }
}

/** Resolves when a connection may have become free; rejects when the signal is aborted. */
async function turn(pool: Pool, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  pool.waiting.push(resolve)
  try {
    await unlessAborted(promise, signal)
  } catch (error) {
    if (pool.waiting.includes(resolve)) pool.waiting = pool.waiting.filter((waiter) => waiter !== resolve)
    else pool.waiting.shift()?.()
    throw error
  }
}
