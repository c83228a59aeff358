import type { ColumnBuilder } from './columnBuilder.ts'

/**
 * Appends one DataRow to the builders of its columns: `bytes` at `at` is the first value's
 * length, after the row's column count. Returns where the last value ends.
 */
export type RowDecoder = (bytes: Buffer, at: number) => number

/** A decoder of its own pays for results of more rows than this. */
export const rowsWorthUnrolling = 1000

/** Decodes rows of any columns, one value after the other. */
export function loopDecoder(builders: readonly ColumnBuilder[]): RowDecoder {
  return (bytes, at) => {
    for (const builder of builders) {
      const length = bytes.readInt32BE(at)
      at += 4
      if (length < 0) {
        builder.appendNull()
      } else {
        builder.append(bytes, at, length)
        at += length
      }
    }
    return at
  }
}

type DecoderFactory = (builders: readonly ColumnBuilder[]) => RowDecoder
const factories = new Map<string, DecoderFactory>()
const factoriesKept = 200
/** V8 does not optimise functions beyond some size of bytecode. */
const mostColumnsUnrolled = 100

/**
 * Decodes rows of these columns with one call site per column, so that the engine knows the
 * builder at each of them; twice as fast as the loop. Made once per sequence of builder
 * classes; the code holds nothing that comes from the query.
 */
export function unrolledDecoder(builders: readonly ColumnBuilder[]): RowDecoder {
  if (builders.length > mostColumnsUnrolled) return loopDecoder(builders)
  const signature = builders.map((builder) => builder.constructor.name).join()
  let factory = factories.get(signature)
  if (factory === undefined) {
    if (factories.size >= factoriesKept) factories.clear()
    factory = generate(builders.length)
    factories.set(signature, factory)
  }
  return factory(builders)
}

function generate(columns: number): DecoderFactory {
  const indexes = Array.from({ length: columns }, (_, i) => i)
  const body = [
    ...indexes.map((i) => `const c${i} = builders[${i}]`),
    'return (b, at) => {',
    '  let n',
    ...indexes.flatMap((i) => [
      '  n = (b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3]',
      '  at += 4',
      `  if (n < 0) c${i}.appendNull()`,
      `  else { c${i}.append(b, at, n); at += n }`,
    ]),
    '  return at',
    '}',
  ].join('\n')
  // oxlint-disable-next-line no-implied-eval, no-new-func -- the text depends on the number of columns alone
  return new Function('builders', body) as DecoderFactory
}
