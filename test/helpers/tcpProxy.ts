/**
 * A way to a server that can be cut and mended:
 *
 *     const proxy = await startProxy(new URL(database.url))
 *     proxy.url      // the address of the database through it
 *     proxy.cut(); …; proxy.mend(); await proxy.close()
 *     proxy.silence(); …; proxy.mend()   // a cable is pulled, or a router forgets its connections
 *     proxy.breakAt({ up: 1000 })   // the connection breaks after 1,000 bytes of the client's
 */
import { once } from 'node:events'
import net from 'node:net'

export interface TcpProxy {
  /** The address of the server, through the proxy. */
  url: string
  /** Breaks every connection and refuses new ones. */
  cut(): void
  /**
   * Passes nothing on any more, and tells nobody. Connections of before and of the meantime stay
   * silent for ever: whoever forgot them does not know them when it is back.
   */
  silence(): void
  /** Lets new connections lead to another server. */
  route(target: URL): void
  /** Takes connections again. */
  mend(): void
  /**
   * Breaks every connection; those that follow break after so many bytes from the client
   * (`up`) or the server (`down`), as many of them as `times` says, or all.
   */
  breakAt(limit: { up?: number; down?: number; times?: number }): void
  close(): Promise<void>
}

/** Starts a proxy on a free port of loopback in front of a server. */
export async function startProxy(target: URL): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>()
  let isCut = false
  let isSilent = false
  const passing = new Set<() => void>()
  let limit: { up?: number; down?: number; times?: number } = {}
  const breakAfter = (from: net.Socket, bytes: number | undefined, peer: net.Socket): void => {
    if (bytes === undefined) return
    let left = bytes
    from.prependListener('data', (piece: Buffer) => {
      left -= piece.length
      if (left >= 0 || (limit.times ?? Infinity) <= 0) return
      limit.times = (limit.times ?? Infinity) - 1
      from.unpipe(peer)
      if (left + piece.length > 0) peer.write(piece.subarray(0, left + piece.length))
      from.resetAndDestroy()
      peer.destroySoon()
    })
  }
  const server = net.createServer((client) => {
    if (isCut) {
      client.resetAndDestroy()
      return
    }
    const upstream = net.connect({ host: target.hostname, port: Number(target.port) })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    breakAfter(client, limit.up, upstream)
    breakAfter(upstream, limit.down, client)
    if (isSilent) return
    client.pipe(upstream).pipe(client)
    const onClosed = (): void => {
      passing.delete(fallSilent)
      client.destroy()
      upstream.destroy()
    }
    const fallSilent = (): void => {
      client.unpipe(upstream).pause()
      upstream.unpipe(client).pause()
      for (const socket of [client, upstream]) socket.off('close', onClosed)
    }
    passing.add(fallSilent)
    for (const socket of [client, upstream]) socket.on('close', onClosed)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as net.AddressInfo).port)
  const cut = (): void => {
    isCut = true
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: url.toString(),
    cut,
    route(next) {
      target = next
    },
    silence() {
      isSilent = true
      for (const fallSilent of passing) fallSilent()
      passing.clear()
    },
    mend() {
      isCut = false
      isSilent = false
      limit = {}
    },
    breakAt(next) {
      limit = { ...next }
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
