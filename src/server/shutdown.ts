import type { ServerResponse } from 'node:http'

/**
 * How far a server's stop has come.
 *
 * A connection that its server closes may have a request on its way, which its client then cannot tell from one that was
 * worked on. So clients are turned away first: every answer closes its connection, and what goes unused until the
 * grace is over is closed by clients themselves, as they were told to by `Keep-Alive: timeout`.
 */
export class Shutdown {
  #turnsAway = false
  #refuses = false
  readonly #unanswered = new Set<ServerResponse>()

  /** Answers close their connections, and the server is not ready. */
  get turnsAway(): boolean {
    return this.#turnsAway
  }

  /** The grace is over: what comes now is refused. */
  get refuses(): boolean {
    return this.#refuses
  }

  /** Enters an answer that is to be given. */
  watch(response: ServerResponse): void {
    if (this.#turnsAway) {
      response.setHeader('Connection', 'close')
      return
    }
    this.#unanswered.add(response)
    response.once('close', () => this.#unanswered.delete(response))
  }

  turnAway(): void {
    this.#turnsAway = true
    for (const response of this.#unanswered) if (!response.headersSent) response.setHeader('Connection', 'close')
    this.#unanswered.clear()
  }

  refuse(): void {
    this.#refuses = true
  }
}
