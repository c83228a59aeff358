import Negotiator from 'negotiator'
import { RequestError } from '../errors.ts'
import { formats } from './schemas/results.ts'

/** A form that a result can be had in. */
export type Format = (typeof formats)[number]

/** Media type and file extension of each format. */
export const mediaTypes: Record<Format, { type: string; extension: string; isText: boolean }> = {
  arrow: { type: 'application/vnd.apache.arrow.stream', extension: 'arrows', isText: false },
  msgpack: { type: 'application/vnd.msgpack', extension: 'msgpack', isText: false },
  json: { type: 'application/json', extension: 'json', isText: true },
  ndjson: { type: 'application/x-ndjson', extension: 'ndjson', isText: true },
  csv: { type: 'text/csv', extension: 'csv', isText: true },
  parquet: { type: 'application/vnd.apache.parquet', extension: 'parquet', isText: false },
}

/** Formats in the order in which they are chosen where the client takes several equally. */
const byPreference: readonly Format[] = ['json', ...formats.filter((format) => format !== 'json')]

/**
 * The format of a result: `?format=`, else the best of Accept, else JSON.
 *
 * @throws RequestError not_acceptable, which names the formats that exist
 */
export function negotiateFormat(format: string | undefined, accept: string | undefined): Format {
  if (format !== undefined) {
    if (Object.hasOwn(mediaTypes, format)) return format as Format
    throw notAcceptable(`There is no format ${JSON.stringify(format)}.`)
  }
  if (accept === undefined || accept.trim() === '') return 'json'
  const best = preferred(accept)
  if (best === undefined) throw notAcceptable(`Accept is ${JSON.stringify(accept)}.`)
  return best
}

function notAcceptable(what: string): RequestError {
  const known = formats.map((name) => `${name} (${mediaTypes[name].type})`).join(', ')
  return new RequestError('not_acceptable', `${what} A result can be had as ${known}.`)
}

/** Whether an answer to a submission is to be the result itself rather than the resource, which is JSON. */
export function wantsResultBody(accept: string | undefined): boolean {
  return accept !== undefined && (preferred(accept) ?? 'json') !== 'json'
}

/** The format that an Accept header (RFC 9110) asks for first, undefined if none will do. */
function preferred(accept: string): Format | undefined {
  // Parameters such as charset do not tell our formats apart.
  const withoutParameters = accept.replaceAll(/;(?!\s*q\s*=)[^;,]*/gi, '')
  const type = new Negotiator({ headers: { accept: withoutParameters } }).mediaType(
    byPreference.map((format) => mediaTypes[format].type),
  )
  return byPreference.find((format) => mediaTypes[format].type === type)
}

/** Content encodings that results are sent in. */
export type Encoding = 'zstd' | 'gzip' | 'identity'

/** Whether a client has said that it reads zstd. */
export function acceptsZstd(acceptEncoding: string | undefined): boolean {
  return new Negotiator({ headers: { 'accept-encoding': acceptEncoding } }).encodings(['zstd']).length > 0
}

/** Encodings of a format, the best first, where they are not those of text. */
const encodings: Partial<Record<Format, Encoding[]>> = { arrow: ['gzip', 'zstd', 'identity'], parquet: ['identity'] }

/** What its types do not know of it yet. */
interface PreferringNegotiator {
  encodings(available: readonly string[], options: { preferred: readonly string[] }): string[]
}

/**
 * The encoding that the client likes best; zstd among equals, except for Arrow: there zstd
 * means the stored frames one after another, and some decoders, that of Node's fetch among
 * them (nodejs/node#64741), take the first for the whole. Who likes zstd best gets it.
 *
 * Parquet is compressed in itself.
 *
 * @throws RequestError not_acceptable if not even the plain form will do
 */
export function negotiateEncoding(acceptEncoding: string | undefined, format: Format): Encoding {
  const order = encodings[format] ?? ['zstd', 'gzip', 'identity']
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } }) as PreferringNegotiator
  const [encoding] = negotiator.encodings(order, { preferred: order })
  if (encoding === undefined) {
    throw new RequestError(
      'not_acceptable',
      `Accept-Encoding is ${JSON.stringify(acceptEncoding)}. A result can be had as ${order.join(', ')}.`,
    )
  }
  return encoding as Encoding
}
