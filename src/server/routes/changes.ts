import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import {
  changedSince,
  cursorOf,
  placeOf,
  readChanges,
  readUnfinished,
  type ChangesPlace,
} from '../../queries/changes.ts'
import { clientGone } from '../clientGone.ts'
import { changeList, changesQuery } from '../schemas/events.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'

/** GET /v1/queries/changes. */
export function changesRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/queries/changes',
      {
        schema: {
          tags: ['queries'],
          summary: 'What has changed since the last look',
          description:
            'All that changed since the cursor, and all that run, as they are now. Without a cursor: those that have not ended. With `wait`, answers as soon as something changes or a result grows.',
          querystring: changesQuery,
          response: { 200: changeList, '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { tenant } = request.principal
        const { cursor, wait = 0 } = request.query
        if (cursor === undefined) {
          const { changes, reached, complete } = await readUnfinished(services.pool, tenant)
          return { queries: changes, cursor: cursorOf(reached), complete }
        }
        const found = await waitForChanges(services, tenant, placeOf(cursor), wait * 1000, clientGone(reply))
        const queries = await readChanges(services.pool, tenant, found.ids)
        return { queries, cursor: cursorOf(found.reached), complete: !found.more }
      },
    )
  }
}

/** Changes of a tenant's queries after a place; none only after so long, or when a result has grown. */
async function waitForChanges(
  { pool, feed }: Services,
  tenant: string,
  from: ChangesPlace,
  waitMs: number,
  gone: AbortSignal,
): Promise<{ ids: string[]; reached: ChangesPlace; more: boolean }> {
  const until = performance.now() + waitMs
  const follower = waitMs > 0 ? (await feed.join()).follower : undefined
  try {
    let found = await changedSince(pool, tenant, from)
    while (found.ids.length === 0 && performance.now() < until) {
      if (follower === undefined) break
      if (!found.more) {
        const next = await follower.next(until - performance.now(), gone)
        if (typeof next === 'string') break
        const ours = next.items.filter((item) => item.tenant === tenant)
        if (ours.some(({ kind }) => kind === 'progress')) break
        if (ours.length === 0) continue
      }
      found = await changedSince(pool, tenant, found.reached)
    }
    return found
  } finally {
    follower?.leave()
  }
}
