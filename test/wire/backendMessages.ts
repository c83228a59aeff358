/** Messages as a server sends them, for sources that are played by a test. */
import { Backend } from '../../src/wire/messages.ts'

/** A message of one type byte, its length and a body. */
export function backendMessage(type: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5)
  head[0] = type
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, body])
}

/** A DataRow; null is SQL's null. */
export function dataRow(values: readonly (Buffer | string | null)[]): Buffer {
  const parts = [int16(values.length)]
  for (const value of values) {
    const bytes = value === null ? null : Buffer.from(value)
    parts.push(int32(bytes?.length ?? -1), bytes ?? Buffer.alloc(0))
  }
  return backendMessage(Backend.dataRow, Buffer.concat(parts))
}

/** A RowDescription of columns by name, type OID and type modifier. */
export function rowDescription(columns: readonly [name: string, typeOid: number, typeModifier?: number][]): Buffer {
  const parts = [int16(columns.length)]
  for (const [name, typeOid, typeModifier = -1] of columns) {
    parts.push(Buffer.from(`${name}\0`), int32(0), int16(0), int32(typeOid), int16(-1), int32(typeModifier), int16(0))
  }
  return backendMessage(Backend.rowDescription, Buffer.concat(parts))
}

/** A ParameterDescription. */
export function parameterDescription(typeOids: readonly number[]): Buffer {
  return backendMessage(Backend.parameterDescription, Buffer.concat([int16(typeOids.length), ...typeOids.map(int32)]))
}

/** An ErrorResponse of fields by their letter. */
export function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(fields)
    .map(([letter, value]) => `${letter}${value}\0`)
    .join('')
  return backendMessage(Backend.error, Buffer.from(`${text}\0`))
}

export function parameterStatus(name: string, value: string): Buffer {
  return backendMessage(Backend.parameterStatus, Buffer.from(`${name}\0${value}\0`))
}

export function commandComplete(tag: string): Buffer {
  return backendMessage(Backend.commandComplete, Buffer.from(`${tag}\0`))
}

/** @param status `I` idle, `T` in a transaction, `E` in a failed one */
export function readyForQuery(status: 'I' | 'T' | 'E'): Buffer {
  return backendMessage(Backend.readyForQuery, Buffer.from(status))
}

export const parseComplete = backendMessage(Backend.parseComplete)
export const bindComplete = backendMessage(Backend.bindComplete)
export const noData = backendMessage(Backend.noData)

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value & 0xffff)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}
