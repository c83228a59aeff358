/** Bytes `from` to `to` (exclusive) of a representation. */
export interface ByteRange {
  from: number
  to: number
}

/**
 * What a Range header (RFC 9110) asks for of so many bytes; undefined where it asks for
 * nothing that we give, several ranges or another unit than bytes, which means the whole.
 */
export function parseRange(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const range =
    first === ''
      ? { from: Math.max(0, bytes - Number(last)), to: bytes }
      : { from: Number(first), to: last === '' ? bytes : Math.min(Number(last) + 1, bytes) }
  return range.from < range.to ? range : 'unsatisfiable'
}
