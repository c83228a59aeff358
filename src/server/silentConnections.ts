import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Connections on which nothing was ever asked, such as browsers and pools open ahead of
 * need. Node counts them as busy, so a server that stops would wait a minute for each.
 *
 * @returns closes them
 */
export function silentConnections(server: Server): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}
