import type { Transform } from 'node:stream'
import { createGzip, createZstdCompress } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RequestError } from '../errors.ts'
import { arrowBytes, formatArrow, formatArrowZstd } from '../results/formats/arrow.ts'
import { formatText } from '../results/formats/text.ts'
import type { Manifest } from '../results/manifest.ts'
import { openChunks, type RowWindow } from '../results/readChunks.ts'
import { mediaTypes, negotiateEncoding, type Encoding, type Format } from './negotiate.ts'
import { queryProblem } from './problems.ts'
import type { QueryDetails } from './queryWaiters.ts'
import { manifestOf } from './resource.ts'
import { matches } from './sendQuery.ts'
import { sendPieces } from './sendPieces.ts'
import type { Services } from './services.ts'

/** What part of a result is wanted, and how. */
export interface ResultRequest {
  format: Format
  offset: number
  limit: number | undefined
  partial: boolean
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
  if (manifest === undefined || manifest.expiresAt.getTime() <= Date.now()) {
    throw new RequestError('result_expired', 'The result was kept until its time was over. Submit the query again.', {
      query_id: query.id,
    })
  }
  return manifest
}

/** Answers with the rows of a result, as a stream. */
export async function sendResult(
  { results }: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  manifest: Manifest,
  wanted: ResultRequest,
): Promise<FastifyReply> {
  const window: RowWindow = {
    from: wanted.offset,
    to: Math.min(wanted.limit === undefined ? manifest.rows : wanted.offset + wanted.limit, manifest.rows),
  }
  const encoding = negotiateEncoding(request.headers['accept-encoding'], wanted.format)
  const { type, extension } = mediaTypes[wanted.format]
  const whole = window.from === 0 && window.to === manifest.rows
  const etag = `"${manifest.queryId}-${manifest.token}-${manifest.rows}-${window.from}-${window.to}-${wanted.format}-${encoding}"`
  const unchanged = matches(request.headers['if-none-match'], etag)
  const chunks = unchanged ? undefined : await openChunks(results, manifest, window)
  void reply
    .type(wanted.format === 'arrow' ? type : `${type}; charset=utf-8`)
    .header('Sluice-Query-Id', manifest.queryId)
    .header('Vary', 'Accept, Accept-Encoding')
    .header('ETag', etag)
    .header('Content-Disposition', `attachment; filename="${manifest.queryId}.${extension}"`)
  if (chunks === undefined) return await reply.code(304).send()
  if (encoding !== 'identity') void reply.header('Content-Encoding', encoding)

  if (wanted.format !== 'arrow') {
    return await sendPieces(reply, formatText(wanted.format, manifest, chunks, window), compressors[encoding]?.())
  }
  if (encoding === 'zstd') return await sendPieces(reply, formatArrowZstd(manifest, chunks, window))
  const length = whole && encoding === 'identity' ? arrowBytes(manifest) : undefined
  if (length !== undefined) void reply.header('Content-Length', length)
  return await sendPieces(reply, formatArrow(manifest, chunks, window), compressors[encoding]?.())
}

const compressors: Record<Encoding, (() => Transform) | undefined> = {
  identity: undefined,
  gzip: () => createGzip({ level: 1 }),
  zstd: () => createZstdCompress(),
}
