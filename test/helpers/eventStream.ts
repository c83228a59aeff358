import type pg from 'pg'

/** One server-sent event, as a client sees it. */
export interface ServerEvent {
  id: string
  event: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests compare it with what they expect
  data: any
}

/** Follows a stream of server-sent events; leaving it ends the connection. */
export interface EventFollower extends AsyncDisposable {
  status: number
  contentType: string
  /** What becomes of the connection after the stream: close, or undefined. */
  connection: string | null
  /** What has come so far. */
  events: ServerEvent[]
  /** Id of the last message, also of one without an event: where a client would resume. */
  lastId(): string
  /** Fulfils when the server has ended the stream. */
  ended: Promise<void>
}

/** Opens a stream and reads it until it is disposed of. */
export async function followEvents(url: string, headers: Record<string, string> = {}): Promise<EventFollower> {
  const abort = new AbortController()
  const answer = await fetch(url, { headers, signal: abort.signal })
  const events: ServerEvent[] = []
  let lastId = ''
  const ended = (async () => {
    let text = ''
    for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) {
        const fields = new Map(message.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
        lastId = fields.get('id') ?? lastId
        if (fields.has('event')) {
          events.push({ id: lastId, event: fields.get('event')!, data: JSON.parse(fields.get('data')!) })
        }
      }
    }
  })().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error
  })
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? '',
    connection: answer.headers.get('connection'),
    events,
    lastId: () => lastId,
    ended,
    async [Symbol.asyncDispose]() {
      abort.abort()
      await ended
    },
  }
}

/** Adds so many events of a query at once. */
export async function addEvents(pool: pg.Pool, queryId: string, count: number): Promise<void> {
  await pool.query(
    `insert into sluice.query_events (query_id, attempt, state, reason)
     select $1, 1, 'queued', 'interrupted' from generate_series(1, $2)`,
    [queryId, count],
  )
}
