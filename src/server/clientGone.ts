import type { FastifyReply } from 'fastify'

/** A signal that is aborted when the client goes before it was answered (or, harmlessly, after). */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}
