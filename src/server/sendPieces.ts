import { pipeline, type Transform, type Writable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/**
 * Answers with a body that is made piece by piece. The next piece is asked for when the last
 * one has left for the network or the compressor, so a slow client holds one piece, whose
 * memory its maker can use again. If a piece cannot be made the connection is cut: a client
 * never takes a broken body for a whole one.
 *
 * @param compressor what the pieces pass through
 */
export async function sendPieces(
  reply: FastifyReply,
  pieces: AsyncIterable<string | Uint8Array>,
  compressor?: Transform,
): Promise<FastifyReply> {
  const response = reply.hijack().raw
  response.writeHead(reply.statusCode, reply.getHeaders() as Record<string, string>)
  if (compressor !== undefined) pipeline(compressor, response, () => undefined)
  const sink = compressor ?? response
  try {
    await pump(pieces, sink)
  } catch (error) {
    if (!(error instanceof ClientGone) && !response.destroyed)
      reply.log.error({ err: error }, 'A download was broken off')
    response.destroy()
  }
  return reply
}

class ClientGone extends Error {}

async function pump(pieces: AsyncIterable<string | Uint8Array>, sink: Writable): Promise<void> {
  let giveUp: (error: Error) => void = () => undefined
  let isClosed = sink.destroyed
  sink.once('close', () => {
    isClosed = true
    giveUp(new ClientGone())
  })
  sink.on('error', () => undefined)
  for await (const piece of pieces) {
    await new Promise<void>((resolve, reject) => {
      giveUp = reject
      if (isClosed) reject(new ClientGone())
      else sink.write(piece, (error) => (error ? reject(new ClientGone()) : resolve()))
    })
  }
  sink.end()
}
