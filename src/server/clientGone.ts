import type { FastifyReply } from 'fastify'

/** A signal that is aborted when the client goes before it was answered. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  // A reason of our own: making the default one costs more than the rest of a short request.
  reply.raw.once('close', () => reply.raw.writableFinished || controller.abort('the client has gone'))
  return controller.signal
}
