import { once } from 'node:events'
import net from 'node:net'

/** A server that passes a connection on to another server and its answers back in pieces. */
export interface ChunkingProxy extends AsyncDisposable {
  port: number
}

/**
 * Starts a proxy on a free port of loopback.
 *
 * @param pieceBytes size of the pieces in which answers are passed back
 */
export async function startChunkingProxy(host: string, port: number, pieceBytes: number): Promise<ChunkingProxy> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const upstream = net.connect({ host, port })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.once('close', () => {
        client.destroy()
        upstream.destroy()
      })
      socket.on('error', () => undefined)
    }
    client.pipe(upstream)
    passBack(upstream, client, pieceBytes).catch(() => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as net.AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function passBack(upstream: net.Socket, client: net.Socket, pieceBytes: number): Promise<void> {
  for await (const bytes of upstream as AsyncIterable<Buffer>) {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      // Each piece reaches the network before the next is written.
      await new Promise((resolve) => client.write(bytes.subarray(at, at + pieceBytes), resolve))
    }
  }
  client.end()
}
