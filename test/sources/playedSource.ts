import { EventEmitter } from 'node:events'
import type { SourceConnection } from '../../src/sources/connection.ts'

/** A connection to a source that is played: it answers each write with bytes that were given before. */
export interface PlayedConnection {
  connection: SourceConnection
  /** What was done to the connection, in order. */
  readonly done: ('cancel' | 'close' | 'destroy' | 'pause' | 'resume')[]
  /** What was written, one entry per write. */
  readonly written: Buffer[]
  /** Ends the connection, as the network would. */
  drop(): void
}

/**
 * Plays a source.
 *
 * @param answers the pieces in which each answer arrives, one answer per write
 * @param dropAfter the connection is lost after the last piece
 */
export function playSource(
  answers: readonly (readonly Buffer[])[],
  { writes = false, dropAfter = false } = {},
): PlayedConnection {
  const socket = new EventEmitter()
  const done: PlayedConnection['done'] = []
  const written: Buffer[] = []
  const pieces: Buffer[] = []
  let paused = true
  const closed = Promise.withResolvers<boolean>()
  let isClosed = false
  let answered = 0
  let delivering = false

  const drop = (byServer = true): void => {
    if (isClosed) return
    isClosed = true
    queueMicrotask(() => {
      socket.emit('close')
      closed.resolve(byServer)
    })
  }
  const deliver = (): void => {
    if (delivering) return
    delivering = true
    queueMicrotask(() => {
      delivering = false
      if (paused || isClosed) return
      const piece = pieces.shift()
      if (piece !== undefined) {
        socket.emit('data', piece)
        deliver()
      } else if (dropAfter && answered === answers.length) {
        drop()
      }
    })
  }
  const play = {
    pause() {
      paused = true
      done.push('pause')
    },
    resume() {
      paused = false
      done.push('resume')
      deliver()
    },
    write(bytes: Buffer) {
      written.push(bytes)
      pieces.push(...(answers[answered] ?? []))
      if (answered < answers.length) answered++
      deliver()
      return true
    },
  }
  const end = (how: 'close' | 'destroy') => (): void => {
    done.push(how)
    drop(how === 'close')
  }
  const connection = {
    socket: Object.assign(socket, play),
    source: { name: 'played', writes, preparedStatements: true },
    broken: undefined,
    backend: undefined,
    closed: closed.promise,
    cancel: async () => void done.push('cancel'),
    close: end('close'),
    expectClose: end('close'),
    destroy: end('destroy'),
  }
  return { connection: connection as unknown as SourceConnection, done, written, drop }
}
