import type pg from 'pg'
import type { S3Config } from '../config.ts'
import { postgresStore } from './postgresStore.ts'
import { S3Bucket, type S3Patience } from './s3/bucket.ts'
import { s3Store } from './s3/store.ts'
import { ResultStoreUnavailable } from './resultErrors.ts'
import { ResultReaders } from './resultReaders.ts'
import type { ChunkStore } from './store.ts'

/** Where results lie: the control database, and S3 if it is configured. */
export interface ResultStores {
  pool: pg.Pool
  postgresql: ChunkStore
  s3: ChunkStore | undefined
  /** The bucket that {@link s3} writes to. */
  bucket: S3Bucket | undefined
  /** Downloads of this process that are under way. */
  readers: ResultReaders
  /** Closes connections to S3; the pool must still be open. */
  close(): Promise<void>
}

/**
 * The stores of a process; nothing of S3 is loaded before it is used.
 *
 * @param onS3Write hears how long each write to S3 took, in seconds
 */
export function createStores(
  pool: pg.Pool,
  config: S3Config | undefined,
  patience?: Partial<S3Patience>,
  onS3Write?: (seconds: number) => void,
): ResultStores {
  const bucket = config === undefined ? undefined : new S3Bucket(config, patience, onS3Write)
  const readers = new ResultReaders(pool)
  return {
    pool,
    postgresql: postgresStore(pool),
    s3: bucket && s3Store(pool, bucket),
    bucket,
    readers,
    async close() {
      bucket?.close()
      await readers.close()
    },
  }
}

/**
 * The store that holds a result.
 *
 * @throws ResultStoreUnavailable if that is S3 and this process does not know how to reach it
 */
export function storeOf(stores: ResultStores, { bucket }: { bucket: string | null }): ChunkStore {
  if (bucket === null) return stores.postgresql
  if (stores.s3 !== undefined) return stores.s3
  throw new ResultStoreUnavailable(
    `The result is in S3 (bucket ${bucket}), and this process has no settings for S3. Set SLUICE_S3_BUCKET`,
  )
}
