import type pg from 'pg'
import { newId } from '../newId.ts'
import type { Manifest } from './manifest.ts'

/** A download that takes so long is made known, and made known again as often. */
const noticeMs = 60_000
/** What is not made known again is over: the process is gone. */
const leaseSeconds = 300

/**
 * The downloads of a process. What expires waits a quarter of an hour before it is dropped
 * (sluice.delete_expired_results, sluice.expired_partitions), longer if somebody still reads
 * it: those who read for long stand in sluice.result_readers. A short download costs nothing.
 */
export class ResultReaders {
  readonly #pool: pg.Pool
  readonly #id = newId()
  readonly #reads = new Map<object, { manifest: Manifest; since: number }>()
  readonly #noticeMs: number
  #known = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #noticing: Promise<void> = Promise.resolve()

  constructor(pool: pg.Pool, noticeAfterMs = noticeMs) {
    this.#pool = pool
    this.#noticeMs = noticeAfterMs
  }

  /** Notes that a result is being read; call what it returns at the end. */
  enter(manifest: Manifest): () => void {
    const key = {}
    this.#reads.set(key, { manifest, since: performance.now() })
    this.#timer ??= setInterval(() => this.#notice(), this.#noticeMs).unref()
    return () => void this.#reads.delete(key)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#reads.clear()
    if (this.#known.size > 0) this.#notice()
    await this.#noticing
  }

  #notice(): void {
    this.#noticing = this.#noticing.then(() => this.#write()).catch(() => undefined)
  }

  async #write(): Promise<void> {
    const longest = performance.now() - this.#noticeMs / 2
    const reads = new Map(
      [...this.#reads.values()]
        .filter(({ since }) => since <= longest)
        .map(({ manifest }) => [manifest.queryId, manifest.expiresOn]),
    )
    if (reads.size > 0 || this.#known.size > 0) {
      await this.#pool.query({
        name: 'note_readers',
        text: `
          with gone as (
            delete from sluice.result_readers where reader_id = $1 and query_id <> all ($2::uuid[])
          )
          insert into sluice.result_readers (reader_id, query_id, expires_on, read_until)
          select $1, query_id, expires_on, now() + make_interval(secs => $4)
          from unnest($2::uuid[], $3::date[]) as reads (query_id, expires_on)
          on conflict (query_id, reader_id) do update set expires_on = excluded.expires_on, read_until = excluded.read_until`,
        values: [this.#id, [...reads.keys()], [...reads.values()], leaseSeconds],
      })
    }
    this.#known = new Set(reads.keys())
    // One that ended while it was made known is still to be taken back.
    if (this.#reads.size === 0 && this.#known.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }
}
