import type pg from 'pg'

/** Results of one tenant, lane, store and age. */
export interface StorageUsage {
  tenant: string
  lane: string
  store: 'manifest' | 'postgresql' | 's3'
  age: string
  results: number
  rows: number
  raw_bytes: number
  stored_bytes: number
}

/** A partition of sluice.chunks. */
export interface ChunkPartition {
  name: string
  /** YYYY-MM-DD */
  expires_on: string
  state: 'in use' | 'expired' | 'detached'
  results: number
  stored_bytes: number
  disk_bytes: number
}

/** A result that takes up much. */
export interface StoredResult {
  query_id: string
  lane: string
  store: StorageUsage['store']
  rows: number
  stored_bytes: number
  created_at: Date
  expires_at: Date
}

/** What is stored, and where. */
export interface Storage {
  usage: StorageUsage[]
  partitions: ChunkPartition[]
  largest: StoredResult[]
}

const mostLargest = 20

/** What results take up, by the views result_usage, chunk_partitions and stored_results. Reads every manifest. */
export async function readStorage(views: pg.Pool): Promise<Storage> {
  const usage = await views.query<StorageUsage>(
    'select * from sluice.result_usage order by stored_bytes desc, tenant, lane, store, age',
  )
  const partitions = await views.query<ChunkPartition>('select * from sluice.chunk_partitions order by expires_on')
  const largest = await views.query<StoredResult>(
    `select query_id, lane, store, rows, stored_bytes, created_at, expires_at
     from sluice.stored_results order by stored_bytes desc limit $1`,
    [mostLargest],
  )
  return { usage: usage.rows, partitions: partitions.rows, largest: largest.rows }
}
