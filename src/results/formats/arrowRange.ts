import { endOfStream } from '../../arrow/encode.ts'
import type { Manifest } from '../manifest.ts'
import { chunkBody, findBytes, openChunks, readChunks } from '../readChunks.ts'
import type { ReadChunk } from '../store.ts'
import type { ResultStores } from '../stores.ts'
import { release } from '../release.ts'

/**
 * Bytes `from` to `to` (exclusive) of the Arrow stream of a whole, complete result, without
 * reading what lies before them. The first chunk has been read and verified already. A piece
 * is valid until the next one is asked for.
 *
 * @throws ResultCorrupt
 */
export async function openArrowRange(
  stores: ResultStores,
  manifest: Manifest,
  from: number,
  to: number,
): Promise<AsyncIterable<Uint8Array> & AsyncDisposable> {
  const schemaBytes = manifest.schemaMessage.length
  const found = await findBytes(stores, manifest, from - schemaBytes, to - schemaBytes)
  const chunks = found && (await openChunks(readChunks(stores, manifest, found.window)))
  return {
    [Symbol.asyncIterator]: () => cut(pieces(manifest, chunks, found?.offset ?? 0), from, to),
    async [Symbol.asyncDispose]() {
      await chunks?.[Symbol.asyncDispose]()
    },
  }
}

interface PlacedPiece {
  at: number
  bytes: Buffer
}

/** The stream in pieces with the place of each; chunks that are left out leave a gap. */
async function* pieces(
  manifest: Manifest,
  chunks: AsyncIterable<ReadChunk> | undefined,
  offset: number,
): AsyncGenerator<PlacedPiece> {
  const { schemaMessage, rawBytes } = manifest
  yield { at: 0, bytes: schemaMessage }
  let at = schemaMessage.length + offset
  for await (const chunk of chunks ?? []) {
    const bytes = await chunkBody(chunk)
    const { length } = bytes
    chunk.release()
    yield { at, bytes }
    release(bytes)
    at += length
  }
  yield { at: schemaMessage.length + rawBytes, bytes: Buffer.from(endOfStream) }
}

async function* cut(placed: AsyncIterable<PlacedPiece>, from: number, to: number): AsyncGenerator<Uint8Array> {
  for await (const { at, bytes } of placed) {
    const wanted = bytes.subarray(Math.max(0, from - at), Math.max(0, to - at))
    if (wanted.length > 0) yield wanted
  }
}
