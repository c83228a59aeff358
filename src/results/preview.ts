import type pg from 'pg'
import { decodeBatches } from '../arrow/decode.ts'
import { jsonRows } from './formats/jsonRows.ts'
import type { Manifest } from './manifest.ts'
import { chunkBody, readChunk } from './readChunks.ts'

const mostRows = 1_000
const mostBytes = 64 * 1024
const mostKept = 100

/** The first rows of a result, as JSON text: `[[…],…]`, and whether these are all. */
export interface Preview {
  rowsJson: string
  complete: boolean
}

/** Previews of large results, which cost a chunk to make, by query and lease token. */
const kept = new Map<string, Preview>()

/** At most the first 1,000 rows or 64 KiB of a result, from its first chunk. */
export async function previewOf(pool: pg.Pool, manifest: Manifest): Promise<Preview> {
  if (manifest.chunks === 0) return { rowsJson: '[]', complete: manifest.complete }
  const key = `${manifest.queryId}/${manifest.token}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const chunk = await readChunk(pool, manifest, 0)
  const rows: string[] = []
  let bytes = 0
  for (const batch of decodeBatches(await chunkBody(chunk!), manifest.columns)) {
    const text = jsonRows(batch)
    for (let row = 0; row < batch.rows && rows.length < mostRows; row++) {
      const json = text(row)
      bytes += Buffer.byteLength(json) + 1
      if (bytes > mostBytes) break
      rows.push(json)
    }
  }
  const preview = { rowsJson: `[${rows.join()}]`, complete: manifest.complete && rows.length === manifest.rows }
  if (manifest.inlineChunk === null && manifest.complete) {
    if (kept.size >= mostKept) kept.clear()
    kept.set(key, preview)
  }
  return preview
}
