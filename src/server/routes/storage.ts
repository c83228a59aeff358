import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readStorage } from '../../queries/storage.ts'
import { asJson } from '../asJson.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'
import { storageResource } from '../schemas/storage.ts'

const errors = { '4xx': problem, '5xx': problem }
/** It reads every manifest, and moves slowly. */
const maxAgeMs = 15_000

/** /v1/storage: what is stored, and where. */
export function storageRoutes({ views, reads }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/storage',
      {
        schema: {
          tags: ['operators'],
          summary: 'What results take up, by lane, store and age; the partitions of chunks; the largest results',
          response: { 200: storageResource, ...errors },
        },
      },
      async () =>
        asJson(
          await reads.get('storage', maxAgeMs, async () => ({ read_at: new Date(), ...(await readStorage(views)) })),
        ),
    )
  }
}
