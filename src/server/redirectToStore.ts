import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Manifest } from '../results/manifest.ts'
import { presignResult } from '../results/s3/presign.ts'
import { acceptsZstd } from './negotiate.ts'
import type { ResultRequest } from './sendResult.ts'
import type { Services } from './services.ts'

/**
 * Sends a client that asks for a whole Arrow stream, and reads zstd, to S3 itself.
 *
 * @returns false if it must be served from here: the result is elsewhere, or is wanted in another form
 */
export async function redirectToStore(
  { results }: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  manifest: Manifest,
  { format, offset, limit }: ResultRequest,
): Promise<boolean> {
  const isWhole = offset === 0 && (limit === undefined || limit >= manifest.rows)
  if (request.method !== 'GET' || format !== 'arrow' || !isWhole || request.headers.range !== undefined) return false
  if (!acceptsZstd(request.headers['accept-encoding'])) return false
  const address = await presignResult(results, manifest).catch((error: unknown) => {
    request.log.warn(
      { cause: (error as Error).message },
      'no signed address could be made; the server sends the result',
    )
    return undefined
  })
  if (address === undefined) return false
  await reply
    .code(307)
    .header('Location', address)
    .header('Cache-Control', 'no-store')
    .header('Sluice-Query-Id', manifest.queryId)
    .send()
  return true
}
