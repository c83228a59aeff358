import { connect, type Socket } from 'node:net'

/** An answer; `body` is decoded byte by byte, which JSON in ASCII does not mind. */
export interface Answer {
  status: number
  body: string
}

const headEnd = '\r\n\r\n'

/**
 * A connection of HTTP/1.1 that is kept open, for one request at a time. It knows just what
 * answers with a length or in chunks need, and so costs a load generator a third of a real client.
 */
export class HttpConnection {
  readonly #socket: Socket
  readonly #headers: string
  #received = ''
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined

  constructor(url: string, headers: Record<string, string>) {
    const { hostname, port, host } = new URL(url)
    this.#headers = Object.entries({ host, ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#onData(text))
    this.#socket.on('error', (error) => this.#waiting?.reject(error))
    this.#socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection')))
  }

  /** Sends a request; the next one may follow once it is answered. */
  request(method: 'GET' | 'POST', path: string, body = ''): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#waiting = { resolve, reject }
    this.#socket.write(
      `${method} ${path} HTTP/1.1\r\n${this.#headers}content-length: ${Buffer.byteLength(body)}${headEnd}${body}`,
    )
    return promise
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #onData(text: string): void {
    this.#received += text
    const bodyAt = this.#received.indexOf(headEnd) + headEnd.length
    if (bodyAt < headEnd.length) return
    const head = this.#received.slice(0, bodyAt)
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
    const isWhole =
      length === undefined ? this.#received.endsWith('\r\n0\r\n\r\n') : this.#received.length - bodyAt >= Number(length)
    if (!isWhole) return
    const answer = { status: Number(head.slice(9, 12)), body: this.#received.slice(bodyAt) }
    this.#received = ''
    this.#waiting?.resolve(answer)
  }
}
