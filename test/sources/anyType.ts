/** Random types of PostgreSQL with random values of them, as PostgreSQL's literals. */
import fc from 'fast-check'

/** A type, and literals of its values; null is null. */
export type AnyType = { literal: fc.Arbitrary<string | null> } & (
  | { kind: 'plain'; name: string; json: 'text' | 'embedded' }
  | { kind: 'array'; item: AnyType }
  | { kind: 'domain'; base: AnyType }
  | { kind: 'composite'; fields: AnyType[] }
)

const letters = (text: string): string[] => Array.from(text)

const orNull = (literal: fc.Arbitrary<string>): fc.Arbitrary<string | null> =>
  fc.oneof({ weight: 9, arbitrary: literal }, { weight: 1, arbitrary: fc.constant(null) })

const digits = (most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters('0123456789')), minLength: 1, maxLength: most })

const sign = fc.constantFrom('', '-')
const numeric = fc.tuple(sign, digits(60), digits(40)).map(([minus, whole, part]) => `${minus}${whole}.${part}`)
const decimal = (whole: number, part: number): fc.Arbitrary<string> =>
  fc.tuple(sign, digits(whole), digits(part)).map(([minus, a, b]) => `${minus}${a}.${b}`)
const integer = (bits: number): fc.Arbitrary<string> => {
  const largest = 2n ** BigInt(bits - 1) - 1n
  return fc
    .oneof(fc.bigInt({ min: -largest - 1n, max: largest }), fc.constantFrom(largest, -largest - 1n, 0n, -1n))
    .map(String)
}
const unsigned = (bits: number): fc.Arbitrary<string> =>
  fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }).map(String)
const special = (values: readonly string[], usual: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...values) })

// Years that PostgreSQL reads back in ISO 8601; dates beyond are in values.test.ts.
const day = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const micros = fc.integer({ min: 0, max: 999_999 }).map((n) => String(n).padStart(6, '0'))
const clock = fc
  .tuple(fc.integer({ min: 0, max: 86_399 }), micros)
  .map(([second, part]) => `${new Date(second * 1000).toISOString().slice(11, 19)}.${part}`)
const moment = fc.tuple(day, clock).map(([date, time]) => `${date} ${time}`)
const infinities = ['infinity', '-infinity']

// Any Unicode but NUL and lone surrogates, and whatever is hard to quote.
const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
  fc.string({ unit: fc.constantFrom(...letters('"\\{}(),;\'\n\r\t a'), 'NULL', 'ü', '🚀', '\u2028') }),
)
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString('hex'))
const interval = fc
  .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -99_999, max: 99_999 }), decimal(9, 6))
  .map(([months, days, seconds]) => `${months} months ${days} days ${seconds} seconds`)
const address = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([host, bits]) => `${host}/${bits}`)
// In our JSON the value null of JSON cannot be told from no value.
const json = fc
  .json({ noUnicodeString: true })
  .filter((value) => value !== 'null' && !/\\u0000|\\ud[89a-f]/i.test(value))

function range(bound: fc.Arbitrary<string>, compare: (a: string, b: string) => number): fc.Arbitrary<string> {
  return fc
    .tuple(
      bound,
      bound,
      fc.constantFrom('[', '('),
      fc.constantFrom(']', ')'),
      fc.constantFrom('both', 'low', 'high', 'empty'),
    )
    .map(([a, b, open, close, which]) => {
      if (which === 'empty') return 'empty'
      const [low, high] = compare(a, b) <= 0 ? [a, b] : [b, a]
      return `${open}${which === 'high' ? '' : low},${which === 'low' ? '' : high}${close}`
    })
}
const byNumber = (a: string, b: string): number => Number(a) - Number(b)
const small = fc.integer({ min: -1e6, max: 1e6 }).map(String)
const smallRange = range(small, byNumber)

const literals: Record<string, fc.Arbitrary<string>> = {
  bool: fc.constantFrom('true', 'false'),
  int2: integer(16),
  int4: integer(32),
  int8: integer(64),
  oid: unsigned(32),
  xid8: unsigned(64),
  float4: special(
    ['NaN', 'Infinity', '-Infinity', '-0'],
    fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  ),
  float8: special(
    ['NaN', 'Infinity', '-Infinity', '-0'],
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  ),
  numeric: special(['NaN', 'Infinity', '-Infinity'], numeric),
  'numeric(12,3)': special(['NaN'], decimal(9, 3)),
  'numeric(60,20)': special(['NaN'], decimal(40, 20)),
  'numeric(4,-2)': fc.integer({ min: -999_949, max: 999_949 }).map(String),
  text,
  varchar: text,
  'bpchar(6)': fc.string({ unit: fc.constantFrom(...letters('ab ü')), maxLength: 6 }),
  '"char"': fc.constantFrom('a', 'Z', '"', '\\', ' '),
  name: fc.string({ unit: fc.constantFrom(...letters('ab"ü')), maxLength: 30 }),
  bytea: fc
    .integer({ min: 0, max: 20 })
    .chain(hex)
    .map((value) => `\\x${value}`),
  date: special(infinities, day),
  time: special(['24:00:00'], clock),
  timetz: fc.tuple(clock, fc.constantFrom('+00', '-12', '+05:30')).map(([time, zone]) => time + zone),
  timestamp: special(infinities, moment),
  'timestamp(3)': special(infinities, moment),
  timestamptz: special(
    infinities,
    moment.map((value) => `${value}+00`),
  ),
  interval: special(infinities, interval),
  uuid: hex(16),
  inet: address,
  macaddr: hex(6),
  'bit(5)': fc.string({ unit: fc.constantFrom('0', '1'), minLength: 5, maxLength: 5 }),
  varbit: fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 40 }),
  money: decimal(12, 2),
  point: fc.tuple(small, small).map(([x, y]) => `(${x},${y})`),
  int4range: smallRange,
  numrange: range(decimal(6, 2), byNumber),
  daterange: range(day, (a, b) => (a < b ? -1 : 1)),
  tstzrange: range(
    moment.map((value) => `${value}+00`),
    (a, b) => (a < b ? -1 : 1),
  ),
  int4multirange: fc
    .array(smallRange, { maxLength: 3 })
    .map((ranges) => `{${ranges.filter((r) => r !== 'empty').join()}}`),
  tsvector: fc.array(fc.constantFrom("'a b':1", 'c:2A', "'d''e'"), { maxLength: 3 }).map((words) => words.join(' ')),
  pg_lsn: fc.tuple(unsigned(32), unsigned(32)).map(([a, b]) => `${Number(a).toString(16)}/${Number(b).toString(16)}`),
  int2vector: fc.array(integer(16), { maxLength: 4 }).map((values) => values.join(' ')),
}

const plain = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(...Object.entries(literals)).map(([name, literal]) => plainType(name, literal)),
  },
  { weight: 1, arbitrary: fc.constantFrom('json', 'jsonb').map((name) => plainType(name, json, 'embedded')) },
)

function plainType(name: string, literal: fc.Arbitrary<string>, as: 'text' | 'embedded' = 'text'): AnyType {
  return { kind: 'plain', name, json: as, literal: orNull(literal) }
}

/** Any type, up to three deep. */
export const anyType: fc.Arbitrary<AnyType> = fc.letrec<{ type: AnyType; inner: AnyType }>((tie) => ({
  inner: fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: tie('type') }),
  type: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    plain,
    plain.map((base) => ({ kind: 'domain', base, literal: base.literal }) as AnyType),
    // PostgreSQL has no arrays of arrays, but further dimensions.
    tie('inner')
      .filter(({ kind }) => kind !== 'array')
      .map(arrayType),
    fc.array(tie('inner'), { minLength: 1, maxLength: 4 }).map(compositeType),
  ),
})).type

function arrayType(item: AnyType): AnyType {
  const list = (values: readonly (string | null)[]): string =>
    `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join()}}`
  // In our JSON an element that is itself a JSON array looks like a further dimension.
  const literal = isEmbedded(item) ? item.literal.filter((value) => !/^\s*\[/.test(value ?? '')) : item.literal
  const one = fc.array(literal, { maxLength: 4 }).map(list)
  const two = fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
    .chain(([outer, inner]) =>
      fc
        .array(fc.array(literal, { minLength: inner, maxLength: inner }), { minLength: outer, maxLength: outer })
        .map((lists) => `{${lists.map(list).join()}}`),
    )
  const elsewhere = fc.array(literal, { minLength: 2, maxLength: 2 }).map((values) => `[-1:0]=${list(values)}`)
  const usual = fc.oneof(
    { weight: 8, arbitrary: one },
    { weight: 1, arbitrary: two },
    { weight: 1, arbitrary: elsewhere },
  )
  return { kind: 'array', item, literal: orNull(usual) }
}

function isEmbedded(type: AnyType): boolean {
  return type.kind === 'domain' ? isEmbedded(type.base) : type.kind === 'plain' && type.json === 'embedded'
}

function compositeType(fields: AnyType[]): AnyType {
  const literal = fc
    .tuple(...fields.map((field) => field.literal))
    .map((parts) => `(${parts.map((part) => (part === null ? '' : quoted(part))).join()})`)
  return { kind: 'composite', fields, literal: orNull(literal) }
}

const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** The literal that a value of our JSON stands for. */
export function jsonLiteral(type: AnyType, value: string): string | null {
  return literalOf(type, value.trim())
}

function literalOf(type: AnyType, value: string): string | null {
  if (type.kind === 'domain') return literalOf(type.base, value)
  if (type.kind === 'plain' && type.json === 'embedded') return value === 'null' ? null : value
  const parsed = JSON.parse(value) as unknown
  return partOf(type, parsed)
}

function partOf(type: AnyType, value: unknown): string | null {
  if (type.kind === 'domain') return partOf(type.base, value)
  if (value === null) return null
  if (type.kind === 'plain' && type.json === 'embedded') return JSON.stringify(value)
  if (Array.isArray(value) && type.kind === 'array') {
    const items = value.map((item: unknown) => {
      if (Array.isArray(item)) return partOf(type, item)!
      const part = partOf(type.item, item)
      return part === null ? 'NULL' : quoted(part)
    })
    return `{${items.join()}}`
  }
  if (typeof value === 'object' && type.kind === 'composite') {
    const parts = type.fields.map((field, i) => partOf(field, (value as Record<string, unknown>)[`f${i}`]))
    return `(${parts.map((part) => (part === null ? '' : quoted(part))).join()})`
  }
  return Object.is(value, -0) ? '-0' : String(value as string | number | boolean)
}
