import net from 'node:net'

/** Large enough that a read from a fast server rarely fills it. */
const readBytes = 256 * 1024

/**
 * One buffer for the reads of all sockets: each piece is worked off before the next read of
 * any of them. Windows hands the buffer to the kernel between reads, so there each has its own.
 */
const shared = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(readBytes)

const lending = new WeakSet<net.Socket>()

/**
 * A TCP socket for `pg` that reads into a buffer used again and again, instead of 64 kB of
 * fresh memory for every read. Listeners of `data` get copies of what came, as they expect,
 * unless the socket lends: see {@link setLending}.
 *
 * @param config what `pg` connects with; TLS takes the socket over and does its own reading
 */
export function createSocket(config?: { ssl?: unknown }): net.Socket {
  if (config?.ssl) return new net.Socket()
  const socket: net.Socket = new net.Socket({
    onread: {
      buffer: shared ?? Buffer.allocUnsafeSlow(readBytes),
      callback(length, buffer) {
        const piece = (buffer as Buffer).subarray(0, length)
        socket.emit('data', lending.has(socket) ? piece : Buffer.from(piece))
        return true
      },
    },
  })
  return socket
}

/**
 * Says whether listeners of `data` work off each piece during the call, so that they need no
 * copy. Without effect on sockets that {@link createSocket} has not made that way.
 */
export function setLending(socket: net.Socket, lends: boolean): void {
  if (lends) lending.add(socket)
  else lending.delete(socket)
}
