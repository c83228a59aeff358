/**
 * Messages of the PostgreSQL frontend/backend protocol, version 3, as far as a statement
 * needs them. Source: PostgreSQL documentation, "Message Formats".
 */

/** Type bytes of messages from the server. */
export const Backend = {
  parseComplete: 0x31,
  bindComplete: 0x32,
  closeComplete: 0x33,
  notification: 0x41,
  commandComplete: 0x43,
  dataRow: 0x44,
  error: 0x45,
  copyIn: 0x47,
  copyOut: 0x48,
  emptyQuery: 0x49,
  notice: 0x4e,
  parameterStatus: 0x53,
  rowDescription: 0x54,
  copyBoth: 0x57,
  readyForQuery: 0x5a,
  copyDone: 0x63,
  copyData: 0x64,
  noData: 0x6e,
  portalSuspended: 0x73,
  parameterDescription: 0x74,
} as const

/** Transaction status of a ReadyForQuery message. */
export const TransactionStatus = { idle: 0x49, inTransaction: 0x54, failed: 0x45 } as const

const text = 0
const binary = 1

/** A message of one type byte, its length and a body. */
function message(type: string, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(5 + body.length)
  bytes.write(type, 0, 'latin1')
  bytes.writeInt32BE(4 + body.length, 1)
  body.copy(bytes, 5)
  return bytes
}

/** A simple query; each one is a transaction of its own unless one is open. */
export function query(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`))
}

/** Parse of a statement; refuses more than one. `sql` holds no NUL. */
export function parse(name: string, sql: string, parameterTypes: readonly number[]): Buffer {
  const types = Buffer.allocUnsafe(2 + 4 * parameterTypes.length)
  types.writeUInt16BE(parameterTypes.length, 0)
  parameterTypes.forEach((oid, i) => types.writeUInt32BE(oid, 2 + 4 * i))
  return message('P', Buffer.concat([Buffer.from(`${name}\0${sql}\0`), types]))
}

/** Describe of a prepared statement. */
export function describeStatement(name: string): Buffer {
  return message('D', Buffer.from(`S${name}\0`))
}

/**
 * Bind of a statement to the unnamed portal: parameters as text, each column of the result
 * in binary where `binaryColumns` says so.
 */
export function bind(name: string, parameters: readonly (string | null)[], binaryColumns: readonly boolean[]): Buffer {
  const values = parameters.map((value) => (value === null ? null : Buffer.from(value)))
  const size = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 0)
  const head = Buffer.from(`\0${name}\0`)
  const body = Buffer.allocUnsafe(head.length + 4 + size + 2 + 2 * binaryColumns.length)
  let at = head.copy(body, 0)
  at = body.writeInt16BE(0, at)
  at = body.writeUInt16BE(values.length, at)
  for (const value of values) {
    at = body.writeInt32BE(value?.length ?? -1, at)
    if (value !== null) at += value.copy(body, at)
  }
  at = body.writeUInt16BE(binaryColumns.length, at)
  for (const isBinary of binaryColumns) at = body.writeInt16BE(isBinary ? binary : text, at)
  return message('B', body)
}

/** Execute of the unnamed portal without a row limit: a limit would switch parallel plans off. */
export const execute = message('E', Buffer.from([0, 0, 0, 0, 0]))
export const flush = message('H', Buffer.alloc(0))
export const sync = message('S', Buffer.alloc(0))
/** Ends the session. */
export const terminate = message('X', Buffer.alloc(0))

/** A column as RowDescription tells it. */
export interface FieldDescription {
  name: string
  typeOid: number
  typeModifier: number
}

/** Reads the body of a RowDescription. */
export function readRowDescription(body: Buffer): FieldDescription[] {
  const fields: FieldDescription[] = []
  let at = 2
  for (let n = body.readUInt16BE(0); n > 0; n--) {
    const end = body.indexOf(0, at)
    // After the name: table oid, column number, type oid, type size, type modifier, format.
    fields.push({
      name: body.toString('utf8', at, end),
      typeOid: body.readUInt32BE(end + 7),
      typeModifier: body.readInt32BE(end + 13),
    })
    at = end + 19
  }
  return fields
}

/** Reads the body of a ParameterDescription: the type OID of each parameter. */
export function readParameterDescription(body: Buffer): number[] {
  return Array.from({ length: body.readUInt16BE(0) }, (_, i) => body.readUInt32BE(2 + 4 * i))
}

/** Reads the body of a ParameterStatus. */
export function readParameterStatus(body: Buffer): { name: string; value: string } {
  const [name = '', value = ''] = body.toString('utf8').split('\0')
  return { name, value }
}

/** Reads the body of a CommandComplete: the words of its tag, `INSERT` of `INSERT 0 1`. */
export function readCommand(body: Buffer): string {
  return body.toString('latin1', 0, body.length - 1).replace(/[ \d]+$/, '')
}

/** Reads the body of an ErrorResponse or NoticeResponse: field values by their type letter. */
export function readErrorFields(body: Buffer): Map<string, string> {
  const fields = new Map<string, string>()
  let at = 0
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1)
    fields.set(String.fromCharCode(body[at]!), body.toString('utf8', at + 1, end))
    at = end + 1
  }
  return fields
}

/** Reads the values of a text DataRow, for the few rows that Sluice asks for itself. */
export function readTextRow(body: Buffer): (string | null)[] {
  const values: (string | null)[] = []
  let at = 2
  for (let n = body.readUInt16BE(0); n > 0; n--) {
    const length = body.readInt32BE(at)
    at += 4
    values.push(length < 0 ? null : body.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return values
}
