import { RequestError } from '../errors.ts'
import { formats } from './schemas.ts'

/** A form that a result can be had in. */
export type Format = (typeof formats)[number]

/** Media type and file extension of each format. */
export const mediaTypes: Record<Format, { type: string; extension: string }> = {
  arrow: { type: 'application/vnd.apache.arrow.stream', extension: 'arrows' },
  json: { type: 'application/json', extension: 'json' },
  ndjson: { type: 'application/x-ndjson', extension: 'ndjson' },
  csv: { type: 'text/csv', extension: 'csv' },
}

interface Range {
  type: string
  quality: number
}

/** The entries of an Accept or Accept-Encoding header, best first; those with q=0 last. */
function parseRanges(header: string): Range[] {
  return header
    .split(',')
    .map((entry) => {
      const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      const quality = q === undefined ? 1 : Number(q)
      return { type, quality: Number.isFinite(quality) ? quality : 0 }
    })
    .filter(({ type }) => type !== '')
    .sort((a, b) => b.quality - a.quality)
}

/**
 * The format of a result: `?format=`, else the best of Accept, else JSON.
 *
 * @throws RequestError not_acceptable, which names the formats that exist
 */
export function negotiateFormat(format: string | undefined, accept: string | undefined): Format {
  if (format !== undefined) {
    if (format in mediaTypes) return format as Format
    throw notAcceptable(`There is no format ${JSON.stringify(format)}.`)
  }
  if (accept === undefined || accept.trim() === '') return 'json'
  for (const { type, quality } of parseRanges(accept)) {
    if (quality <= 0) continue
    if (type === '*/*' || type === 'application/*') return 'json'
    if (type === 'text/*') return 'csv'
    const match = formats.find((name) => mediaTypes[name].type === type)
    if (match !== undefined) return match
  }
  throw notAcceptable(`Accept is ${JSON.stringify(accept)}.`)
}

function notAcceptable(what: string): RequestError {
  const known = formats.map((name) => `${name} (${mediaTypes[name].type})`).join(', ')
  return new RequestError('not_acceptable', `${what} A result can be had as ${known}.`)
}

/** Whether an answer to a submission is to be the result itself rather than the resource. */
export function wantsResultBody(accept: string | undefined): boolean {
  const best = parseRanges(accept ?? '').find(({ quality }) => quality > 0)?.type
  return best !== undefined && best !== 'application/json' && formats.some((name) => mediaTypes[name].type === best)
}

/** Content encodings that results are sent in. */
export type Encoding = 'zstd' | 'gzip' | 'identity'

/**
 * The encoding that the client likes best; zstd among equals, except for Arrow: there zstd
 * means the stored frames one after another, and some decoders, that of Node's fetch among
 * them (nodejs/node#64741), take the first for the whole. Who likes zstd best gets it.
 */
export function negotiateEncoding(acceptEncoding: string | undefined, format: Format): Encoding {
  const ranges = parseRanges(acceptEncoding ?? '')
  const quality = (encoding: string): number => ranges.find(({ type }) => type === encoding)?.quality ?? 0
  const ours = format === 'arrow' ? (['gzip', 'zstd'] as const) : (['zstd', 'gzip'] as const)
  const best = ours.reduce((a, b) => (quality(b) > quality(a) ? b : a))
  return quality(best) > 0 ? best : 'identity'
}
