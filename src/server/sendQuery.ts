import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isTerminal } from '../queries/states.ts'
import { previewOf } from '../results/preview.ts'
import { ResultCorrupt, ResultStoreUnavailable, ResultWithdrawn } from '../results/resultErrors.ts'
import type { QueryDetails } from './queryWaiters.ts'
import { manifestOf, queryJson, type PreviewError } from './resource.ts'
import type { Services } from './services.ts'

const pollAfterSeconds = 1

/**
 * Answers with the query resource.
 *
 * @param pending status of the answer while the query has not ended: 202 to a submission or cancel
 * @param ended status once it has
 */
export async function sendQuery(
  { results }: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  query: QueryDetails,
  pending: 200 | 202,
  ended: 200 | 202 = 200,
): Promise<FastifyReply> {
  const manifest = manifestOf(query)
  const json = queryJson(
    query,
    manifest && (await previewOf(results, manifest).catch((error: unknown) => missingPreview(request, error))),
  )
  const isPending = !isTerminal(query.state)
  void reply.code(isPending ? pending : ended).type('application/json; charset=utf-8')
  if (isPending) void reply.header('Retry-After', pollAfterSeconds)
  if (pending === 202) void reply.header('Location', `/v1/queries/${query.id}`)
  if (request.method === 'GET') {
    const etag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`
    void reply.header('ETag', etag)
    if (matches(request.headers['if-none-match'], etag)) return await reply.code(304).send()
  }
  return await reply.send(json)
}

/** What is told of a query does not depend on whether its rows can be read. */
function missingPreview(request: FastifyRequest, error: unknown): PreviewError | undefined {
  // What a run had stored can go at any moment until it has ended; then there is nothing to show.
  if (error instanceof ResultWithdrawn) return undefined
  if (error instanceof ResultStoreUnavailable) return 'result_store_unavailable'
  if (!(error instanceof ResultCorrupt)) throw error
  request.log.error({ err: error }, 'the first rows of a result cannot be read')
  return 'result_corrupt'
}

/** Whether an If-None-Match header names the tag (RFC 9110, weak comparison). */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}
