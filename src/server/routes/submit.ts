import { createHash } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { newId } from '../../newId.ts'
import type { z } from 'zod'
import { RequestError } from '../../errors.ts'
import { headersOf, type TraceHeaders } from '../../traceContext.ts'
import { cancel } from '../../queries/cancel.ts'
import { isTerminal } from '../../queries/states.ts'
import { submitMany, type Submission } from '../../queries/submit.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import { negotiateFormat, wantsResultBody } from '../negotiate.ts'
import { problemOf } from '../problems.ts'
import { readDetails } from '../queryWaiters.ts'
import { queryJson } from '../resource.ts'
import { problem } from '../schemas/problem.ts'
import { batchAnswer, queryResource } from '../schemas/queries.ts'
import { batchBody, submitBody } from '../schemas/submit.ts'
import { wait, waitQuery } from '../schemas/values.ts'
import { sendQuery } from '../sendQuery.ts'
import { requireResult, sendResult } from '../sendResult.ts'
import { forCancel, type Services } from '../services.ts'
import { startSubmitSpan } from '../submitSpan.ts'

const longestKey = 255
const largestBatchBytes = 64 * 1024 * 1024

/** POST /v1/queries and /v1/queries/batch. */
export function submitRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/queries',
      {
        schema: {
          tags: ['queries'],
          summary: 'Submit a query',
          description: 'Holds the answer for up to `Prefer: wait=N` or `?wait=N` seconds, until the query ends.',
          body: submitBody,
          querystring: waitQuery,
          response: { 200: queryResource, 202: queryResource, '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { tenant } = request.principal
        const waitSeconds = request.query.wait ?? preferredWait(request.headers.prefer) ?? 0
        const span = startSubmitSpan(request, reply)
        const traced = headersOf(span.spanContext())
        const submission = toSubmission(request.body, tenant, traced, request.headers['idempotency-key'])
        // Entered before the query exists, so that its end cannot be missed.
        const waiting = waitSeconds > 0 ? services.waiters.enter(tenant, submission.id, waitSeconds * 1000) : undefined
        const release = services.wanted.hold({
          id: submission.id,
          abandon_after_seconds: waiting === undefined ? null : (submission.abandon_after_seconds ?? null),
        })
        const gone = clientGone(reply)
        gone.addEventListener('abort', () => waiting?.leave(), { once: true })
        try {
          const answer = await services.submitter.add(submission)
          if ('error' in answer) throw answer.error
          services.feed.hint()
          const id = answer.queryId
          span.setAttribute('sluice.query_id', id)
          request.log.debug({ queryId: id, trace_id: traced && span.spanContext().traceId }, 'query accepted')
          const isNew = id === submission.id
          let query =
            (isNew ? await waiting?.ended : undefined) ??
            (await findQuery(services, tenant, id, isNew ? 0 : waitSeconds, gone))
          const isTimedOut = waitSeconds > 0 && !services.waiters.isClosed
          if (!isTerminal(query.state) && isTimedOut && request.body.on_wait_timeout === 'cancel') {
            await forCancel(services, (pool) => cancel(pool, id))
            query = await findQuery(services, tenant, id, 0, gone)
          }
          if (query.state === 'succeeded' && wantsResultBody(request.headers.accept)) {
            const format = negotiateFormat(undefined, request.headers.accept)
            return await sendResult(services, request, reply, requireResult(query, false), {
              format,
              offset: 0,
              limit: undefined,
              follow: false,
            })
          }
          return await sendQuery(services, request, reply, query, 202)
        } finally {
          release()
          waiting?.leave()
        }
      },
    )

    app.post(
      '/v1/queries/batch',
      {
        bodyLimit: largestBatchBytes,
        schema: {
          tags: ['queries'],
          summary: 'Submit up to 1,000 queries in one transaction',
          body: batchBody,
          response: { 200: batchAnswer, '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { tenant } = request.principal
        const traced = headersOf(startSubmitSpan(request, reply).spanContext())
        const submissions = request.body.queries.map((body) => toSubmission(body, tenant, traced, undefined))
        const answers = await submitMany(services.pool, submissions)
        services.feed.hint()
        const ids = answers.flatMap((answer) => ('queryId' in answer ? [answer.queryId] : []))
        const queries = new Map((await readDetails(services.pool, tenant, ids)).map((query) => [query.id, query]))
        const parts = answers.map((answer) =>
          'queryId' in answer
            ? queryJson(queries.get(answer.queryId)!)
            : JSON.stringify({ error: problemOf(answer.error.code, answer.error.message, answer.error.extra) }),
        )
        return await reply.type('application/json; charset=utf-8').send(`{"queries":[${parts.join()}]}` as never)
      },
    )
  }
}

function toSubmission(
  { on_wait_timeout: _, ...body }: z.infer<typeof submitBody>,
  tenant: string,
  traced: TraceHeaders | undefined,
  idempotencyKey: string | string[] | undefined,
): Submission {
  const submission: Submission = { ...body, id: newId(), tenant, ...traced }
  if (idempotencyKey === undefined) return submission
  if (typeof idempotencyKey !== 'string' || idempotencyKey === '' || idempotencyKey.length > longestKey) {
    throw new RequestError('invalid_request', `Idempotency-Key must be 1 to ${longestKey} characters.`)
  }
  return {
    ...submission,
    idempotency_key: idempotencyKey,
    request_hash: createHash('sha256').update(JSON.stringify(body)).digest('hex'),
  }
}

/** The N of `Prefer: wait=N` (RFC 7240), undefined without one. */
function preferredWait(prefer: string | string[] | undefined): number | undefined {
  const text = [prefer ?? []].flat().join()
  const preference = text
    .split(',')
    .map((part) => /^\s*wait\s*=\s*"?([^"\s;]*)"?/i.exec(part)?.[1])
    .find((value) => value !== undefined)
  if (preference === undefined) return undefined
  const parsed = wait.safeParse(preference)
  if (!parsed.success) throw new RequestError('invalid_request', `Prefer: wait=${preference} must be 0 to 60 seconds.`)
  return parsed.data
}
