import type { Config } from '../../config.ts'
import type { SourceSession, WorkerIdentity } from '../../queries/workers.ts'
import type { CancelKey, SourceAddress } from '../../sources/cancelRequest.ts'

/** What the heart's thread is started with. */
export interface HeartSettings {
  connectionString: string
  identity: WorkerIdentity
  logLevel: Config['logLevel']
  trust: SharedArrayBuffer
}

/** A session at a source, as the heart needs it to cancel what it runs. */
export interface OpenSession {
  address: SourceAddress
  key: CancelKey
  /** Undefined if the source did not tell. */
  session: SourceSession | undefined
}

/** From the worker to its heart. */
export type ToHeart =
  | { kind: 'opened'; id: number; session: OpenSession }
  | { kind: 'closed'; id: number }
  | { kind: 'stats'; stats: object }
  | { kind: 'stop' }

/** From the heart to its worker. */
export type FromHeart =
  | { kind: 'registered' }
  | { kind: 'failed'; message: string; code: string | undefined }
  /** The worker goes on under another id; what it held under the old one is lost. */
  | { kind: 'renamed'; workerId: string }
  /** Trust was lost: nothing that runs is the worker's own. */
  | { kind: 'lost' }
  /** Trust is back. */
  | { kind: 'trusted' }
  /** Somebody asked for the worker to drain. */
  | { kind: 'drain' }
  | { kind: 'beat'; rssBytes: number }
  | { kind: 'stopped' }
