import type { Socket } from 'node:net'
import type pg from 'pg'
import { Backend, bind, describeStatement, execute, flush, parse, readErrorFields, sync } from '../wire/messages.ts'
import { MessageReader } from '../wire/messageReader.ts'
import { setLending } from '../wire/socket.ts'

/** The parts of pg's connection that a submitted query may use. */
interface PgConnection {
  stream: Socket
}

/**
 * Runs a query whose result comes in PostgreSQL's binary form, which pg itself cannot read
 * (node-postgres#3495): the socket is read directly until the server is ready for the next
 * query, then handed back to pg. `client` is one from a pool, idle.
 *
 * @param parameters as text
 * @param onRow gets each DataRow's body, `bytes[start, end)`, valid only during the call
 * @throws an error with `code` set to the SQLSTATE; the client can be used again unless its connection is gone
 */
export function binaryQuery(
  client: pg.PoolClient,
  sql: string,
  parameters: readonly (string | null)[],
  columns: number,
  onRow: (bytes: Buffer, start: number, end: number) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let failure: Error | undefined

  const submittable = {
    submit(connection: PgConnection): Error | null {
      const { stream } = connection
      const listeners = stream.listeners('data') as ((piece: Buffer) => void)[]
      const reader = new MessageReader((type, bytes, start, end) => {
        if (type === Backend.dataRow) onRow(bytes, start, end)
        else if (type === Backend.error) failure ??= serverError(bytes.subarray(start, end))
        else if (type === Backend.readyForQuery) {
          const ready = Buffer.from(bytes.subarray(start - 5, end))
          reader.close()
          stream.off('data', onData)
          setLending(stream, false)
          for (const listener of listeners) {
            stream.on('data', listener)
            listener.call(stream, ready)
          }
          return false
        }
        return true
      })
      const onData = (piece: Buffer): void => {
        try {
          reader.push(piece)
        } catch (error) {
          failure ??= error as Error
          stream.destroy()
        }
      }
      for (const listener of listeners) stream.off('data', listener)
      stream.on('data', onData)
      setLending(stream, true)
      const binaryColumns = Array.from({ length: columns }, () => true)
      stream.write(
        Buffer.concat([
          parse('', sql, []),
          describeStatement(''),
          bind('', parameters, binaryColumns),
          execute,
          flush,
          sync,
        ]),
      )
      return null
    },
    handleReadyForQuery(): void {
      if (failure === undefined) resolve()
      else reject(failure)
    },
    handleError(error: Error): void {
      reject(failure ?? error)
    },
  }
  client.query(submittable as unknown as pg.Submittable)
  return promise
}

function serverError(body: Buffer): Error {
  const fields = readErrorFields(body)
  return Object.assign(new Error(fields.get('M') ?? 'The server reported an error'), { code: fields.get('C') })
}
