import type { WebSocket } from 'ws'
import type { Logger } from '../log.ts'
import type { StreamMessage } from './eventStream.ts'

/** So often a client is asked for a sign of life; who has not answered by the next time is gone. */
const pingMs = 15_000
/** A client gets so long to answer that a connection is closed. */
const closeMs = 1_000

/** Why the server ends a connection: RFC 6455, 7.4.1. */
const reasons = {
  stopping: { code: 1001, text: 'The server is stopping. Connect again with last_event_id.' },
  failed: { code: 1011, text: 'Something went wrong inside Sluice. Connect again with last_event_id.' },
  late: { code: 1013, text: 'This reader did not keep up. Connect again with last_event_id.' },
}

/**
 * Sends events over a WebSocket, a JSON message each, until the client goes, the server stops, or
 * the client falls too far behind. The next page is asked for when the last one has left for the
 * network, so a slow reader holds one page.
 *
 * @param streamOf opens the stream; its signal is aborted when the client has gone
 * @param closing aborted when the server stops
 */
export async function sendOverSocket(
  socket: WebSocket,
  streamOf: (gone: AbortSignal) => AsyncGenerator<StreamMessage[]>,
  closing: AbortSignal,
  logger: Pick<Logger, 'error'>,
): Promise<void> {
  const gone = new AbortController()
  socket.once('close', () => gone.abort('the client has gone'))
  const stopPings = keepAlive(socket)
  let isLate = false
  try {
    for await (const messages of streamOf(gone.signal)) {
      if (gone.signal.aborted) break
      await sendAll(socket, messages)
      isLate = messages.some(({ event }) => event === 'too_slow')
    }
    end(socket, isLate && !closing.aborted ? 'late' : 'stopping')
  } catch (error) {
    if (gone.signal.aborted || socket.readyState !== socket.OPEN) return
    logger.error({ err: error }, 'a stream of events was broken off')
    end(socket, 'failed')
  } finally {
    stopPings()
  }
}

/** Fulfils when the messages have left for the network. */
async function sendAll(socket: WebSocket, messages: readonly StreamMessage[]): Promise<void> {
  const texts = messages.map((message) => JSON.stringify(message))
  const last = texts.pop()
  if (last === undefined) return
  for (const text of texts) socket.send(text, () => undefined)
  await new Promise<void>((resolve, reject) => socket.send(last, (error) => (error ? reject(error) : resolve())))
}

/** Ends the connection of a client that does not answer, such as one whose machine has gone. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true
  socket.on('pong', () => (isAlive = true))
  const timer = setInterval(() => {
    if (!isAlive) {
      socket.terminate()
      return
    }
    isAlive = false
    socket.ping()
  }, pingMs)
  return () => clearInterval(timer)
}

function end(socket: WebSocket, why: keyof typeof reasons): void {
  const { code, text } = reasons[why]
  socket.close(code, text)
  // One that does not read would hold up a server that stops.
  const cut = setTimeout(() => socket.terminate(), closeMs)
  socket.once('close', () => clearTimeout(cut))
}
