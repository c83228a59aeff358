/**
 * Thrift's compact protocol, in which the footer of a Parquet file is written: read into
 * values that keep every field and its type, and written back.
 */

/** A value: whole numbers as bigint, bytes and doubles as they are. */
export type Value = boolean | bigint | Uint8Array | List | Struct

/** A list, with the type of its items. */
export interface List {
  itemType: number
  items: Value[]
}

/** Fields by their number. */
export type Struct = Map<number, { type: number; value: Value }>

/** Types of the compact protocol that a footer has. */
export const fieldType = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
}

const stop = 0
const longList = 15

/** Reads the struct with which `bytes` begin. */
export function readStruct(bytes: Uint8Array): Struct {
  return new Reader(bytes).struct()
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  struct(): Struct {
    const fields: Struct = new Map()
    let id = 0
    for (;;) {
      const header = this.#byte()
      const type = header & 15
      if (type === stop) return fields
      id = header >> 4 === 0 ? Number(this.#zigzag()) : id + (header >> 4)
      const isBoolean = type === fieldType.true || type === fieldType.false
      fields.set(id, { type, value: isBoolean ? type === fieldType.true : this.#value(type) })
    }
  }

  #value(type: number): Value {
    switch (type) {
      case fieldType.true:
      case fieldType.false:
        return this.#byte() === fieldType.true
      case fieldType.byte:
        return this.#take(1)
      case fieldType.i16:
      case fieldType.i32:
      case fieldType.i64:
        return this.#zigzag()
      case fieldType.double:
        return this.#take(8)
      case fieldType.binary:
        return this.#take(Number(this.#varint()))
      case fieldType.list:
        return this.#list()
      case fieldType.struct:
        return this.struct()
      default:
        throw new Error(`A Parquet footer has a value of type ${type}, which is not known`)
    }
  }

  #list(): List {
    const header = this.#byte()
    const itemType = header & 15
    const length = header >> 4 === longList ? Number(this.#varint()) : header >> 4
    return { itemType, items: Array.from({ length }, () => this.#value(itemType)) }
  }

  #byte(): number {
    return this.#take(1)[0]!
  }

  #take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) throw new Error('A Parquet footer ends too early')
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }

  #zigzag(): bigint {
    const value = this.#varint()
    return (value >> 1n) ^ -(value & 1n)
  }
}

/**
 * Writes a struct.
 *
 * @param previous number of a field that was written before these
 */
export function writeStruct(fields: Struct, previous = 0): Buffer {
  const pieces: Uint8Array[] = []
  putStruct(fields, pieces, previous)
  return Buffer.concat(pieces)
}

/** The header of a list of so many items, which follow one after another. */
export function listHeader(itemType: number, length: number): Uint8Array {
  return length < longList
    ? Uint8Array.of((length << 4) | itemType)
    : Buffer.concat([Uint8Array.of((longList << 4) | itemType), varint(BigInt(length))])
}

/** What comes before the value of a field, the last field before it being `previous`. */
export function fieldHeader(id: number, type: number, previous: number): Uint8Array {
  const delta = id - previous
  return delta > 0 && delta <= 15
    ? Uint8Array.of((delta << 4) | type)
    : Buffer.concat([Uint8Array.of(type), zigzag(BigInt(id))])
}

function putStruct(fields: Struct, pieces: Uint8Array[], previous = 0): void {
  let last = previous
  for (const [id, { type, value }] of fields) {
    pieces.push(fieldHeader(id, typeof value === 'boolean' ? booleanType(value) : type, last))
    if (typeof value !== 'boolean') putValue(type, value, pieces)
    last = id
  }
  pieces.push(Uint8Array.of(stop))
}

function booleanType(value: boolean): number {
  return value ? fieldType.true : fieldType.false
}

function putValue(type: number, value: Value, pieces: Uint8Array[]): void {
  if (typeof value === 'boolean') pieces.push(Uint8Array.of(booleanType(value)))
  else if (typeof value === 'bigint') pieces.push(zigzag(value))
  else if (value instanceof Map) putStruct(value, pieces)
  else if (value instanceof Uint8Array) {
    if (type === fieldType.binary) pieces.push(varint(BigInt(value.length)))
    pieces.push(value)
  } else {
    const { itemType, items } = value
    pieces.push(listHeader(itemType, items.length))
    for (const item of items) putValue(itemType, item, pieces)
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  for (; value >= 128n; value >>= 7n) bytes.push(Number(value & 127n) | 128)
  return Uint8Array.of(...bytes, Number(value))
}

function zigzag(value: bigint): Uint8Array {
  return varint(value < 0n ? -2n * value - 1n : 2n * value)
}
