import pg from 'pg'
import { binaryQuery } from '../db/binaryQuery.ts'
import { verified } from './frames.ts'
import { release } from './release.ts'
import { storeChunk } from './storeChunk.ts'
import type { ChunkPlace, ChunkStore, ReadChunk } from './store.ts'
import { Turns } from './turns.ts'

/** Chunks in sluice.chunks. */
export function postgresStore(pool: pg.Pool): ChunkStore {
  // However many download, they wait for one another, and leave connections to everything else.
  const reads = new Turns(Math.max(1, Math.floor(pool.options.max / 2)))
  return {
    name: 'postgresql',
    writer: (owner, { columns, schemaMessage }, repeat) => ({
      add: async (chunk) => {
        await repeat(() => storeChunk(pool, owner, columns, schemaMessage, chunk))
        release(chunk.frame)
      },
      finish: async () => undefined,
      abandon: async () => undefined,
    }),
    fetch: (place, first, count, to) => reads.take(() => fetchChunks(pool, place, first, count, to)),
  }
}

/**
 * The condition that names the partition, as text: with a parameter in its place PostgreSQL
 * would plan for every partition, which takes longer than reading a chunk.
 */
export function inPartition({ expiresOn }: Pick<ChunkPlace, 'expiresOn'>): string {
  return `expires_on = ${pg.escapeLiteral(expiresOn)}::date`
}

const fetchColumns = 6
const nullLength = -1

async function fetchChunks(
  pool: pg.Pool,
  place: ChunkPlace,
  first: number,
  count: number,
  to: number,
): Promise<ReadChunk[]> {
  const client = await pool.connect()
  const chunks: ReadChunk[] = []
  const sql = `
    select n, first_row, rows, raw_bytes, checksum, data from sluice.chunks
    where ${inPartition(place)} and query_id = $1::uuid and token = $2::bigint and n >= $3::integer and n < $4::integer
      and first_row < $5::bigint
    order by n`
  const parameters = [place.queryId, place.token, String(first), String(first + count), String(to)]
  let failure: Error | undefined
  try {
    await binaryQuery(client, sql, parameters, fetchColumns, (bytes, start) => {
      // Column count, then length and value of n, first_row, rows, raw_bytes, checksum, data.
      const frameBytes = bytes.readInt32BE(start + 50)
      const n = bytes.readInt32BE(start + 6)
      if (n !== first + chunks.length || frameBytes === nullLength) return
      const frame = Buffer.allocUnsafeSlow(frameBytes)
      bytes.copy(frame, 0, start + 54, start + 54 + frameBytes)
      try {
        verified(place.queryId, n, frame, Number(bytes.readBigInt64BE(start + 42)))
      } catch (error) {
        failure ??= error as Error
      }
      chunks.push({
        n,
        firstRow: Number(bytes.readBigInt64BE(start + 14)),
        rows: bytes.readInt32BE(start + 26),
        rawBytes: bytes.readInt32BE(start + 34),
        frame,
        release: () => release(frame),
      })
    })
  } finally {
    client.release()
  }
  if (failure !== undefined) throw failure
  return chunks
}
