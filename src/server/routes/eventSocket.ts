import websocket from '@fastify/websocket'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RequestError } from '../../errors.ts'
import { refuseOtherOrigins } from '../auth.ts'
import { sendOverSocket } from '../eventSocket.ts'
import { allEvents } from '../eventStream.ts'
import { readFollowed } from '../followed.ts'
import { eventsQuery } from '../schemas/events.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'

/** Clients have nothing to say. */
const longestMessageBytes = 1024

const socketQuery = eventsQuery.extend({
  last_event_id: z.string().max(4000).optional().describe('Id of the last event that was received: the rest follows'),
})

/** GET /v1/events/ws: what /v1/events tells, over WebSocket. */
export function eventSocketRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(websocket, {
      options: { maxPayload: longestMessageBytes },
      // Each is closed where its events end; see sendOverSocket.
      preClose: (done) => done(),
      // What a client breaks, or breaks off, is its own affair; the connection is closed in any case.
      errorHandler: (_error, socket) => socket.terminate(),
    })
    // Nobody else closes the connection of a request that was refused before the library saw it.
    app.addHook('onResponse', async ({ raw }) => {
      if (isEventSocket(raw)) raw.socket.destroySoon()
    })
    app.route({
      method: 'GET',
      url: '/v1/events/ws',
      exposeHeadRoute: false,
      schema: {
        tags: ['queries'],
        summary: 'Follow what happens to all queries, over WebSocket',
        description:
          'A JSON message `{"id","event","data"}` for each event of `/v1/events`, from now on, or after `last_event_id` without a gap. A message with an `id` alone says how far the stream has come.',
        querystring: socketQuery,
        response: { 101: z.null().describe('The WebSocket is open'), '4xx': problem, '5xx': problem },
      },
      preHandler: async (request) => {
        refuseOtherOrigins(request)
        readFollowed(...followed(request.query))
      },
      handler: async (_request, reply) => {
        void reply.header('Upgrade', 'websocket').header('Connection', 'Upgrade')
        throw new RequestError('upgrade_required', 'Connect by WebSocket, or follow /v1/events as server-sent events.')
      },
      wsHandler: async (socket, request) => {
        const what = readFollowed(...followed(request.query as z.infer<typeof socketQuery>))
        const { tenant } = request.principal
        await sendOverSocket(
          socket,
          (gone) => allEvents(services, tenant, what, gone),
          services.feed.closing,
          request.log,
        )
      },
    })
  }
}

function followed({ last_event_id: last, ...query }: z.infer<typeof socketQuery>): Parameters<typeof readFollowed> {
  return [query, last]
}

/** Whether a request asks for this WebSocket; what else asks for an upgrade, such as to HTTP/2, is served as it is. */
export function isEventSocket({ url = '', headers }: { url?: string; headers: { upgrade?: string } }): boolean {
  return /^\/v1\/events\/ws(\?|$)/.test(url) && /^websocket$/i.test(headers.upgrade ?? '')
}
