import { isStoredAsIs } from '../arrow/columns.ts'
import { decodeBatches } from '../arrow/decode.ts'
import { jsonRows } from './formats/jsonRows.ts'
import { rowMargin } from './formats/rowWriter.ts'
import { TextBuffer } from './formats/textBuffer.ts'
import type { Manifest } from './manifest.ts'
import { chunkBody, readChunk } from './readChunks.ts'
import type { ResultStores } from './stores.ts'

const mostRows = 1_000
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

/** At most the first 1,000 rows or 64 KiB of a result, from its first chunk. */
export async function previewOf(stores: ResultStores, manifest: Manifest): Promise<Preview> {
  if (manifest.chunks === 0) return { rowsJson: '[]', complete: manifest.complete }
  const { rowsJson, count } = await firstRows(stores, manifest)
  return { rowsJson, complete: manifest.complete && count === manifest.rows }
}

async function firstRows(stores: ResultStores, manifest: Manifest): Promise<FirstRows> {
  const key = `${manifest.queryId}/${manifest.token}/${isStoredAsIs(manifest.columns, 0)}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const chunk = await readChunk(stores, manifest, 0)
  const out = new TextBuffer(firstBytes, rowMargin(manifest.columns.length))
  out.write('[')
  let [count, end, isFull] = [0, out.at, false]
  for (const batch of decodeBatches(await chunkBody(chunk!), manifest.columns, 0)) {
    const writeRow = jsonRows(batch, out)
    for (let row = 0; row < batch.rows && !isFull; row++) {
      if (count > 0) out.write(',')
      writeRow(row)
      isFull = out.at > mostBytes
      if (isFull) break
      end = out.at
      count++
      isFull = count === mostRows
    }
  }
  const first = { rowsJson: `${out.bytes.toString('utf8', 0, end)}]`, count }
  if (manifest.inlineChunk === null) {
    if (kept.size >= mostKept) kept.clear()
    kept.set(key, first)
  }
  return first
}
