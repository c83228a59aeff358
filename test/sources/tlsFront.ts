import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'

const folder = join(import.meta.dirname, '..', 'fixtures', 'tls')
const credentials = {
  key: readFileSync(join(folder, 'key.pem')),
  cert: readFileSync(join(folder, 'certificate.pem')),
}
const cancelRequestCode = 80_877_102
const sslRequestCode = 80_877_103

/** A server that speaks TLS as PostgreSQL does, in front of one that does not. */
export interface TlsFront extends AsyncDisposable {
  port: number
  /** Cancel requests that came, in order. */
  readonly cancels: ('encrypted' | 'plain')[]
}

/**
 * Starts it on a free port of loopback.
 *
 * @param refused numbers of the connections, from 1, that are told that there is no TLS here
 */
export async function startTlsFront(host: string, port: number, refused: readonly number[] = []): Promise<TlsFront> {
  const cancels: TlsFront['cancels'] = []
  const sockets = new Set<net.Socket>()
  let connections = 0
  const server = net.createServer((client) => {
    keep(client)
    const isRefused = refused.includes(++connections)
    client.once('data', (first) => {
      if (first.readInt32BE(4) !== sslRequestCode || isRefused) {
        if (first.readInt32BE(4) === cancelRequestCode) cancels.push('plain')
        client.end('N')
        return
      }
      client.write('S')
      const secured = new tls.TLSSocket(client, { isServer: true, ...credentials })
      keep(secured)
      secured.once('data', (start) => {
        if (start.readInt32BE(4) === cancelRequestCode) cancels.push('encrypted')
        const upstream = net.connect({ host, port })
        keep(upstream)
        upstream.write(start)
        secured.pipe(upstream).pipe(secured)
      })
    })
  })
  const keep = (socket: net.Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as net.AddressInfo).port,
    cancels,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
