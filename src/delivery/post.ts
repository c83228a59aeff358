import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { version } from '../version.ts'
import type { Networks } from './addresses.ts'

const longestAttemptMs = 20_000
/** Of the answer only the status is of interest: a body is read for the connection's sake, a long or slow one is not. */
const mostAnswerBytes = 64 * 1024
const longestAnswerMs = 1_000

/** Finds the addresses of a name, as node:dns does. */
type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** How an attempt ended. */
export interface Answer {
  /** HTTP status; undefined: there was no answer. */
  status: number | undefined
  /** Seconds that the receiver asks to be left alone for. */
  retryAfterSeconds: number | undefined
  /** Why there was no answer, in few words. */
  error: string | undefined
}

/**
 * Calls webhooks. A name is resolved once for each connection, and that address is both
 * checked and called, so that a second answer of its name server changes nothing. Redirects
 * are not followed.
 */
export class Poster {
  readonly #networks: Networks
  readonly #timeoutMs: number
  readonly #resolve: Resolve
  readonly #agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) }

  /**
   * @param networks networks of one's own that may be called
   * @param options how long an attempt may take, and who resolves names
   */
  constructor(networks: Networks, options: { timeoutMs?: number; resolve?: Resolve } = {}) {
    this.#networks = networks
    this.#timeoutMs = options.timeoutMs ?? longestAttemptMs
    this.#resolve = options.resolve ?? lookup
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  /**
   * Posts JSON; whatever goes wrong is in the answer.
   *
   * @param stop ends the attempt before its time
   */
  async post(address: string, headers: Record<string, string>, body: string, stop?: AbortSignal): Promise<Answer> {
    const late = AbortSignal.timeout(this.#timeoutMs)
    const signal = stop === undefined ? late : AbortSignal.any([late, stop])
    try {
      return await this.#send(new URL(address), headers, body, signal)
    } catch (error) {
      return { status: undefined, retryAfterSeconds: undefined, error: late.aborted ? 'timeout' : reasonOf(error) }
    }
  }

  #send(url: URL, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer> {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    // An address is connected to without a lookup.
    const refusal = isIP(host) === 0 ? undefined : this.#networks.refusal(host, url.protocol)
    if (refusal !== undefined) throw new Refused(refusal)
    const isHttps = url.protocol === 'https:'
    const bytes = Buffer.from(body)
    return new Promise<Answer>((fulfil, reject) => {
      let answer: Answer | undefined
      // Whatever ends the call, an answer that came counts.
      const settle = (error?: unknown): void => (answer === undefined ? reject(error) : fulfil(answer))
      signal.addEventListener('abort', () => settle(signal.reason), { once: true })
      const request = (isHttps ? https : http).request(url, {
        method: 'POST',
        agent: isHttps ? this.#agents.https : this.#agents.http,
        lookup: this.#lookup(url.protocol),
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': bytes.length,
          'user-agent': `sluice/${version}`,
          ...headers,
        },
      })
      request.on('response', (response) => {
        answer = answerOf(response)
        drain(response)
        response.on('close', () => settle())
      })
      request.on('upgrade', (response, socket) => {
        answer = answerOf(response)
        socket.destroy()
        settle()
      })
      request.on('error', settle)
      request.on('close', () => settle(new Error('no answer')))
      request.end(bytes)
    })
  }

  /** The addresses of a name that may be called; an error if none may. */
  #lookup(protocol: string): LookupFunction {
    return (hostname, options, callback) => {
      this.#resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0)
        const refusals = addresses.map(({ address }) => this.#networks.refusal(address, protocol))
        const allowed = addresses.filter((_, i) => refusals[i] === undefined)
        if (allowed.length === 0) return callback(new Refused(refusals[0] ?? 'no address'), '', 0)
        if (options.all === true) {
          return (callback as (error: null, addresses: LookupAddress[]) => void)(null, allowed)
        }
        callback(null, allowed[0]!.address, allowed[0]!.family)
      })
    }
  }
}

function answerOf({ statusCode: status, headers }: http.IncomingMessage): Answer {
  return { status, retryAfterSeconds: secondsOf(headers['retry-after']), error: undefined }
}

/** Reads a body to its end, so that the connection can be used again, or breaks off. */
function drain(response: http.IncomingMessage): void {
  const enough = setTimeout(() => response.destroy(), longestAnswerMs)
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > mostAnswerBytes) response.destroy()
  })
  response.on('close', () => clearTimeout(enough))
  response.on('error', () => undefined)
}

/** The address may not be called. */
class Refused extends Error {
  override name = 'Refused'
}

function reasonOf(error: unknown): string {
  const { code, errors, message } = error as { code?: string; errors?: unknown[]; message?: string }
  if (error instanceof Refused) return error.message
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0])
  return code ?? message ?? 'unknown'
}

/** Seconds of a Retry-After header, which holds them or a date. */
function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}
