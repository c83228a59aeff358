/**
 * A way to a PostgreSQL server that can be cut, silenced, slowed and mended:
 *
 *     const way = await startWay(new URL(database.url))
 *     way.url      // the address of the database through it
 *     way.cut(); …; way.mend(); await way.close()
 */
import { once } from 'node:events'
import net from 'node:net'
import { NotificationFilter } from './notificationFilter.ts'

/** A direction in which bytes flow. */
export type Direction = 'to server' | 'to client'

/** How a slow way is slow. */
export interface Slowness {
  /** Each piece comes so much later; drawn anew for each. */
  delayMs: () => number
  bytesPerSecond: number
}

export interface Way {
  /** The address of the server, through the way. */
  url: string
  port: number
  /** Breaks every connection and refuses new ones. */
  cut(): void
  /** Breaks those connections that are drawn, and no other; how many. */
  breakSome(draw: () => boolean): number
  /** Passes nothing on any more in these directions, and tells nobody: a cable that was pulled. */
  silence(...directions: Direction[]): void
  slow(slowness: Slowness): void
  /** Passes PostgreSQL's notifications on no more. */
  swallowNotifications(): void
  /** Notifications that were swallowed so far. */
  readonly swallowed: number
  /** Is again what it was at first; what silence held back goes on its way. */
  mend(): void
  close(): Promise<void>
}

/** Starts a proxy on a free port of loopback in front of a PostgreSQL server. */
export async function startWay(target: URL): Promise<Way> {
  const sockets = new Set<net.Socket>()
  const flows = new Set<Flow>()
  let isCut = false
  let swallows = false
  let swallowed = 0
  const silent = new Set<Direction>()
  let slowness: Slowness | undefined

  const server = net.createServer((client) => {
    if (isCut) {
      client.resetAndDestroy()
      return
    }
    const upstream = net.connect({ host: target.hostname, port: Number(target.port) })
    const filter = new NotificationFilter(
      () => swallows,
      () => swallowed++,
    )
    const connection = [
      new Flow(client, upstream, 'to server', () => slowness),
      new Flow(
        upstream,
        client,
        'to client',
        () => slowness,
        (bytes) => filter.pass(bytes),
      ),
    ]
    for (const flow of connection) {
      flows.add(flow)
      flow.setSilent(silent.has(flow.direction))
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket)
          for (const flow of connection) flows.delete(flow)
          client.destroy()
          upstream.destroy()
        })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  const cut = (): void => {
    isCut = true
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const setSilence = (): void => {
    for (const flow of flows) flow.setSilent(silent.has(flow.direction))
  }
  return {
    url: url.toString(),
    port,
    cut,
    breakSome(draw) {
      const chosen = [...flows].filter(({ direction }) => direction === 'to server').filter(draw)
      for (const flow of chosen) flow.reset()
      return chosen.length
    },
    silence(...directions) {
      for (const direction of directions) silent.add(direction)
      setSilence()
    },
    slow(given) {
      slowness = given
    },
    swallowNotifications() {
      swallows = true
    },
    get swallowed() {
      return swallowed
    },
    mend() {
      isCut = false
      swallows = false
      slowness = undefined
      silent.clear()
      setSilence()
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

/** One direction of one connection: pieces in order, each when its time has come. */
class Flow {
  readonly direction: Direction
  readonly #from: net.Socket
  readonly #to: net.Socket
  readonly #slowness: () => Slowness | undefined
  readonly #edit: (bytes: Buffer) => Buffer
  #silent = false
  #busy = false

  constructor(
    from: net.Socket,
    to: net.Socket,
    direction: Direction,
    slowness: () => Slowness | undefined,
    edit: (bytes: Buffer) => Buffer = (bytes) => bytes,
  ) {
    this.direction = direction
    this.#from = from
    this.#to = to
    this.#slowness = slowness
    this.#edit = edit
    from.on('data', (bytes) => this.#pass(bytes))
    from.on('end', () => this.#end())
  }

  /** A silent direction is not read: what was sent waits on its way, as it would in a network. */
  setSilent(silent: boolean): void {
    this.#silent = silent
    this.#flow()
  }

  reset(): void {
    this.#from.resetAndDestroy()
    this.#to.resetAndDestroy()
  }

  #flow(): void {
    if (this.#silent || this.#busy) this.#from.pause()
    else this.#from.resume()
  }

  #pass(bytes: Buffer): void {
    const edited = this.#edit(bytes)
    const slowness = this.#slowness()
    if (slowness === undefined) {
      if (edited.length > 0 && !this.#to.write(edited)) this.#waitFor(once(this.#to, 'drain'))
      return
    }
    const waitMs = slowness.delayMs() + (1000 * bytes.length) / slowness.bytesPerSecond
    this.#waitFor(
      new Promise<void>((resolve) => {
        setTimeout(() => {
          if (edited.length > 0 && !this.#to.destroyed) this.#to.write(edited)
          resolve()
        }, waitMs)
      }),
    )
  }

  #waitFor(event: Promise<unknown>): void {
    this.#busy = true
    this.#flow()
    void event
      .catch(() => undefined)
      .then(() => {
        this.#busy = false
        this.#flow()
      })
  }

  #end(): void {
    if (!this.#to.destroyed) this.#to.end()
  }
}
