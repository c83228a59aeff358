import type { Transform } from 'node:stream'
import { createGzip, createZstdCompress } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Column } from '../arrow/columns.ts'
import { RequestError } from '../errors.ts'
import { arrowBytes, formatArrow, formatArrowZstd } from '../results/formats/arrow.ts'
import { openArrowRange } from '../results/formats/arrowRange.ts'
import { formatMsgpack } from '../results/formats/msgpack.ts'
import { formatParquet } from '../results/formats/parquet/parquet.ts'
import { formatText, type TextFormat } from '../results/formats/text.ts'
import type { Manifest } from '../results/manifest.ts'
import { followChunks } from '../results/followChunks.ts'
import { openChunks, readChunks, type RowWindow } from '../results/readChunks.ts'
import { LayoutChanged } from '../results/resultErrors.ts'
import type { ReadChunk } from '../results/store.ts'
import { parseRange } from './byteRange.ts'
import { clientGone } from './clientGone.ts'
import { mediaTypes, negotiateEncoding, type Encoding, type Format } from './negotiate.ts'
import { queryProblem } from './problems.ts'
import type { QueryDetails } from './queryWaiters.ts'
import { manifestOf } from './resource.ts'
import type { ResultGrowth } from './resultGrowth.ts'
import { matches } from './sendQuery.ts'
import { sendPieces } from './sendPieces.ts'
import type { Services } from './services.ts'

/** What part of a result is wanted, and how. */
export interface ResultRequest {
  format: Format
  offset: number
  limit: number | undefined
  /** Rows of a query that still runs are sent as they come, to its end. */
  follow: boolean
}

/**
 * The manifest of a query's result.
 *
 * @param partial a result that is still growing will do
 * @throws RequestError if there is none: not ready, expired, or the error of the query
 */
export function requireResult(query: QueryDetails, partial: boolean): Manifest {
  const manifest = manifestOf(query)
  if (query.state === 'failed' || query.state === 'canceled' || query.state === 'timed_out') {
    throw queryProblem(query.id, query.state, query.error)
  }
  if (query.state !== 'succeeded' && !(partial && manifest !== undefined)) {
    throw new RequestError('result_not_ready', `The query is ${query.state}. Ask again, or wait with ?wait=30.`, {
      query_id: query.id,
      state: query.state,
    })
  }
  if (manifest === undefined || manifest.expired) {
    throw new RequestError('result_expired', 'The result was kept until its time was over. Submit the query again.', {
      query_id: query.id,
    })
  }
  return manifest
}

/** Answers with the rows of a result, as a stream; a HEAD request with the same headers alone. */
export async function sendResult(
  { results, growth }: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  manifest: Manifest,
  wanted: ResultRequest,
): Promise<FastifyReply> {
  const { format } = wanted
  const isFollowed = wanted.follow && !manifest.complete
  const end = isFollowed ? Infinity : manifest.rows
  const window: RowWindow = { from: wanted.offset, to: Math.min(wanted.offset + (wanted.limit ?? Infinity), end) }
  const isWhole = window.from === 0 && window.to === manifest.rows
  const arrowLength = format === 'arrow' && isWhole ? arrowBytes(manifest) : undefined
  const rangeHeader = request.method === 'GET' && arrowLength !== undefined ? request.headers.range : undefined
  // Parts are those of the plain stream: what a compressor makes is not known before it is made.
  const encoding =
    rangeHeader === undefined ? negotiateEncoding(request.headers['accept-encoding'], format) : 'identity'
  const etag = `"${manifest.queryId}-${manifest.token}-${manifest.rows}-${window.from}-${window.to}-${format}-${encoding}"`
  const { type, extension, isText } = mediaTypes[format]
  void reply
    .type(isText ? `${type}; charset=utf-8` : type)
    .header('Sluice-Query-Id', manifest.queryId)
    .header('Vary', 'Accept, Accept-Encoding')
    .header('Content-Disposition', `attachment; filename="${manifest.queryId}.${extension}"`)
  // What is not there yet cannot be named.
  if (!isFollowed) void reply.header('ETag', etag)
  if (!isFollowed && request.method !== 'POST' && matches(request.headers['if-none-match'], etag))
    return await reply.code(304).send()
  if (encoding !== 'identity') void reply.header('Content-Encoding', encoding)

  if (arrowLength !== undefined && encoding === 'identity') {
    void reply.header('Accept-Ranges', 'bytes')
    const range = isCurrent(request.headers['if-range'], etag) ? parseRange(rangeHeader, arrowLength) : undefined
    if (range === 'unsatisfiable') throw unsatisfiable(reply, arrowLength)
    if (range !== undefined) {
      void reply
        .code(206)
        .header('Content-Range', `bytes ${range.from}-${range.to - 1}/${arrowLength}`)
        .header('Content-Length', range.to - range.from)
      await using pieces = await openArrowRange(results, manifest, range.from, range.to)
      return await sendPieces(reply, pieces)
    }
    void reply.header('Content-Length', arrowLength)
  }
  if (request.method === 'HEAD') return await reply.send()
  const gone = clientGone(reply)
  const shown = { ...manifest }
  await using chunks = await openChunks(
    isFollowed
      ? followChunks(
          results,
          shown,
          window,
          (seen) => growth.next(manifest.queryId, seen, gone),
          () => columnsNow(growth, manifest, format),
        )
      : readChunks(results, manifest, window),
  )
  if (format === 'arrow' && encoding === 'zstd') {
    return await sendPieces(reply, formatArrowZstd(shown, chunks, window))
  }
  return await sendPieces(reply, makers[format](shown, chunks, window), compressors[encoding]?.())
}

/** The columns of a result that grows, for a format that can go on when one of them changes its layout. */
async function columnsNow(
  growth: ResultGrowth,
  { queryId, token }: Manifest,
  format: Format,
): Promise<Column[] | undefined> {
  if (format === 'arrow' || format === 'parquet') throw new LayoutChanged()
  return await growth.columns(queryId, token)
}

/** Whether an If-Range header, if there is one, names what is there now. */
function isCurrent(ifRange: string | string[] | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange === etag
}

function unsatisfiable(reply: FastifyReply, bytes: number): RequestError {
  void reply.header('Content-Range', `bytes */${bytes}`)
  return new RequestError('range_not_satisfiable', `The Arrow stream has ${bytes} bytes; the Range lies beyond them.`)
}

type PieceMaker = (manifest: Manifest, chunks: AsyncIterable<ReadChunk>, window: RowWindow) => AsyncIterable<Uint8Array>

const text =
  (format: TextFormat): PieceMaker =>
  (manifest, chunks, window) =>
    formatText(format, manifest, chunks, window)

const makers: Record<Format, PieceMaker> = {
  arrow: formatArrow,
  msgpack: formatMsgpack,
  json: text('json'),
  ndjson: text('ndjson'),
  csv: text('csv'),
  parquet: formatParquet,
}

const compressors: Record<Encoding, (() => Transform) | undefined> = {
  identity: undefined,
  gzip: () => createGzip({ level: 1 }),
  zstd: () => createZstdCompress(),
}
