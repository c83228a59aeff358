import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isTerminal } from '../../queries/states.ts'
import { clientGone } from '../clientGone.ts'
import { eventsQuery, lastEventHeaders } from '../schemas/events.ts'
import { allEvents, queryEvents, type StreamMessage } from '../eventStream.ts'
import { findQuery } from '../findQuery.ts'
import { invalidPlace, readFollowed } from '../followed.ts'
import { sendPieces } from '../sendPieces.ts'
import { problem } from '../schemas/problem.ts'
import { idParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

const mediaType = 'text/event-stream; charset=utf-8'
/** A client gets so long to take what it was sent when the server stops. */
const closeMs = 1_000
/** So long a browser waits before it connects again. */
const reconnectMs = 1_000
const errors = { '4xx': problem, '5xx': problem }

/** GET /v1/events and /v1/queries/{id}/events, as server-sent events. */
export function eventRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/events',
      {
        exposeHeadRoute: false,
        schema: {
          tags: ['queries'],
          summary: 'Follow what happens to all queries',
          description: 'Server-sent events from now on, or after `Last-Event-ID` without a gap.',
          querystring: eventsQuery,
          headers: lastEventHeaders,
          response: { 200: z.string().describe(mediaType), ...errors },
        },
      },
      async (request, reply) => {
        const followed = readFollowed(request.query, request.headers['last-event-id'])
        const stream = allEvents(services, request.principal.tenant, followed, clientGone(reply))
        return await sendEvents(reply, stream, services.feed.closing)
      },
    )

    app.get(
      '/v1/queries/:id/events',
      {
        exposeHeadRoute: false,
        schema: {
          tags: ['queries'],
          summary: 'Follow what happens to a query',
          description:
            'Server-sent events from its first, or after `Last-Event-ID`. The stream ends after its last; a client that connects again gets 204.',
          params: idParams,
          headers: lastEventHeaders,
          response: { 200: z.string().describe(mediaType), 204: z.null(), ...errors },
        },
      },
      async (request, reply) => {
        const { tenant } = request.principal
        const { id } = request.params
        const last = request.headers['last-event-id'] || '0'
        if (!/^\d{1,15}$/.test(last)) throw invalidPlace(last)
        const gone = clientGone(reply)
        const query = await findQuery(services, tenant, id, 0, gone)
        reply.raw.once('close', services.wanted.hold(query))
        const stream = queryEvents(services, tenant, id, Number(last), gone)
        // A query that has ended has nothing to wait for: its stream is one page, or nothing.
        if (isTerminal(query.state) && last !== '0') {
          const { value: messages } = (await stream.next()) as IteratorResult<StreamMessage[], undefined>
          await stream.return(undefined)
          if (messages?.every(({ event }) => event === undefined) ?? true) return await reply.code(204).send(null)
          return await reply.type(mediaType).header('Cache-Control', 'no-store').send(messages!.map(textOf).join(''))
        }
        return await sendEvents(reply, stream, services.feed.closing)
      },
    )
  }
}

async function sendEvents(
  reply: FastifyReply,
  stream: AsyncGenerator<StreamMessage[]>,
  closing: AbortSignal,
): Promise<FastifyReply> {
  // The first page before the head, so that what goes wrong is answered as a problem.
  const first = (await stream.next()) as IteratorResult<StreamMessage[], undefined>
  async function* text(): AsyncGenerator<string> {
    try {
      yield `retry: ${reconnectMs}\n\n${(first.value ?? []).map(textOf).join('')}`
      for await (const messages of stream) if (messages.length > 0) yield messages.map(textOf).join('')
    } finally {
      await stream.return(undefined)
    }
  }
  cutWhenClosing(reply.raw, closing)
  // A proxy must not hold events back. A server that stops ends its streams, and would then wait for their connections
  // to be idle for long enough.
  void reply
    .type(mediaType)
    .header('Cache-Control', 'no-store')
    .header('X-Accel-Buffering', 'no')
    .header('Connection', 'close')
  return await sendPieces(reply, text())
}

/** A client that does not read would hold up a server that stops. */
function cutWhenClosing(response: ServerResponse, closing: AbortSignal): void {
  let timer: NodeJS.Timeout | undefined
  const cut = (): void => {
    timer = setTimeout(() => response.destroy(), closeMs)
  }
  if (closing.aborted) cut()
  closing.addEventListener('abort', cut, { once: true })
  response.once('close', () => {
    clearTimeout(timer)
    closing.removeEventListener('abort', cut)
  })
}

function textOf({ id, event, data }: StreamMessage): string {
  return event === undefined
    ? `: alive\nid: ${id}\n\n`
    : `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
