import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import type { Source } from './source.ts'
import { tlsOptions } from './tlsOptions.ts'

const timeoutMs = 5_000
const cancelRequestCode = 80_877_102
const sslRequestCode = 80_877_103
const sslAccepted = 0x53

/** Where a source is, and how connections to it are protected. */
export type SourceAddress = Pick<Source, 'host' | 'port' | 'tls'>

/** What a server gave a session at its start, with which it is canceled (BackendKeyData). */
export interface CancelKey {
  processID: number
  secretKey: number
}

/**
 * Asks a server to cancel what a session runs (CancelRequest), over a connection of its own:
 * encrypted and checked like those of the source, since the key would let whoever reads it
 * cancel, too. Resolves when the server has taken the request, which may be before or after
 * it takes effect.
 *
 * @throws if the server cannot be reached within 5 s, or takes no TLS where the source asks for it
 */
export async function sendCancelRequest({ host, port, tls }: SourceAddress, key: CancelKey): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  const socket = host.startsWith('/')
    ? net.connect({ path: `${host}/.s.PGSQL.${port}` })
    : net.connect({ host, port, keepAlive: true })
  // Errors reach whoever waits for an event; one that comes later changes nothing.
  socket.on('error', () => undefined)
  try {
    await once(socket, 'connect', { signal })
    const stream = tls === 'disable' ? socket : await encrypt(socket, host, tls, signal)
    const closed = once(stream, 'close', { signal })
    stream.resume()
    // The server closes; a PgBouncer before 1.19.1 whose client does so first may exit.
    stream.write(cancelMessage(key))
    await closed
  } finally {
    socket.destroy()
  }
}

async function encrypt(
  socket: net.Socket,
  host: string,
  mode: Exclude<Source['tls'], 'disable'>,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const request = Buffer.alloc(8)
  request.writeInt32BE(8, 0)
  request.writeInt32BE(sslRequestCode, 4)
  const answered = once(socket, 'data', { signal })
  socket.write(request)
  const [answer] = (await answered) as [Buffer]
  if (answer[0] !== sslAccepted || answer.length !== 1)
    throw new Error('The server takes cancel requests without TLS only')
  const stream = tls.connect({
    ...tlsOptions(mode),
    socket,
    host,
    // SNI takes no addresses (RFC 6066).
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
  })
  stream.on('error', () => undefined)
  await once(stream, 'secureConnect', { signal })
  return stream
}

function cancelMessage({ processID, secretKey }: CancelKey): Buffer {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(cancelRequestCode, 4)
  message.writeInt32BE(processID, 8)
  message.writeInt32BE(secretKey, 12)
  return message
}
