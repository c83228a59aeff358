import { isStoredAsIs } from '../arrow/columns.ts'
import { decodeBatches } from '../arrow/decode.ts'
import { jsonRows } from './formats/jsonRows.ts'
import { mostFirstRows, readFirstRows } from './firstRows.ts'
import { rowMargin } from './formats/rowWriter.ts'
import { TextBuffer } from './formats/textBuffer.ts'
import type { Manifest } from './manifest.ts'
import { chunkBody, readChunk } from './readChunks.ts'
import { ResultStoreUnavailable } from './resultErrors.ts'
import type { ResultStores } from './stores.ts'

const mostBytes = 64 * 1024
const mostKept = 100
const firstBytes = 2 * 1024

/** The first rows of a result, as JSON text: `[[…],…]`, and whether these are all. */
export interface Preview {
  rowsJson: string
  complete: boolean
}

interface FirstRows {
  rowsJson: string
  count: number
}

/** First rows of large results, which cost a chunk to make; a chunk never changes, what it is converted to may. */
const kept = new Map<string, FirstRows>()

/**
 * At most the first 1,000 rows or 64 KiB of a result: from its first chunk or, if that is in S3,
 * from what the manifest keeps of it.
 *
 * @throws ResultCorrupt, ResultWithdrawn, ResultStoreUnavailable
 */
export async function previewOf(stores: ResultStores, manifest: Manifest): Promise<Preview> {
  if (manifest.chunks === 0) return { rowsJson: '[]', complete: manifest.complete }
  const { rowsJson, count } = await firstRows(stores, manifest)
  return { rowsJson, complete: manifest.complete && count === manifest.rows }
}

async function firstRows(stores: ResultStores, manifest: Manifest): Promise<FirstRows> {
  const key = `${manifest.queryId}/${manifest.token}/${isStoredAsIs(manifest.columns, 0)}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const messages = await firstMessages(stores, manifest)
  const out = new TextBuffer(firstBytes, rowMargin(manifest.columns.length))
  out.write('[')
  let [count, end, isFull] = [0, out.at, false]
  for (const batch of decodeBatches(messages, manifest.columns, 0)) {
    const writeRow = jsonRows(batch, out)
    for (let row = 0; row < batch.rows && !isFull; row++) {
      if (count > 0) out.write(',')
      writeRow(row)
      isFull = out.at > mostBytes
      if (isFull) break
      end = out.at
      count++
      isFull = count === mostFirstRows
    }
  }
  const first = { rowsJson: `${out.bytes.toString('utf8', 0, end)}]`, count }
  if (manifest.inlineChunk === null && manifest.bucket === null) {
    if (kept.size >= mostKept) kept.clear()
    kept.set(key, first)
  }
  return first
}

async function firstMessages(stores: ResultStores, manifest: Manifest): Promise<Buffer> {
  if (manifest.bucket !== null) {
    // Kept by every process of this version; one that ran before it may have stored the result.
    if (manifest.firstRows === null) throw new ResultStoreUnavailable('The first rows are in S3 only')
    return await readFirstRows(manifest.firstRows)
  }
  return await chunkBody((await readChunk(stores, manifest, 0))!)
}
