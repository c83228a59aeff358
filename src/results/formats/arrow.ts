import { isStoredAsIs } from '../../arrow/columns.ts'
import { decodeBatches } from '../../arrow/decode.ts'
import { endOfStream } from '../../arrow/encode.ts'
import { encodeSlice } from '../../arrow/slice.ts'
import { compress } from '../frames.ts'
import type { Manifest } from '../manifest.ts'
import { chunkBody, type RowWindow } from '../readChunks.ts'
import type { ReadChunk } from '../store.ts'
import { release } from '../release.ts'

/**
 * While a chunk goes out, the next one is decompressed; not so if all downloads together hold
 * more than this of what is to go out next.
 */
const mostAheadBytes = 8 * 1024 * 1024
let aheadBytes = 0

/**
 * A result as an Arrow IPC stream, piece by piece: schema, chunks, end marker. Chunks that
 * lie within the window go out as they are stored; one that a window cuts is cut, one that
 * is stored in an earlier layout of a column is converted. A piece
 * is valid until the next one is asked for.
 */
export async function* formatArrow(
  manifest: Manifest,
  chunks: AsyncIterable<ReadChunk>,
  window: RowWindow,
): AsyncGenerator<Uint8Array> {
  yield manifest.schemaMessage
  let ahead: Promise<Buffer> | undefined
  let held = 0
  const hold = (bytes: number): void => {
    aheadBytes += bytes - held
    held = bytes
  }
  try {
    for await (const chunk of chunks) {
      if (ahead !== undefined && aheadBytes >= mostAheadBytes) {
        hold(0)
        yield* passing(await ahead)
        ahead = undefined
      }
      const { rawBytes } = chunk
      const body = windowOf(chunk, manifest, window)
      body.catch(() => undefined)
      if (ahead !== undefined) {
        hold(rawBytes)
        yield* passing(await ahead)
      }
      ahead = body
    }
    if (ahead !== undefined) yield* passing(await ahead)
    yield endOfStream
  } finally {
    hold(0)
  }
}

/** A piece whose memory is given back when the next one is asked for. */
function* passing(piece: Buffer): Generator<Buffer> {
  yield piece
  release(piece)
}

/**
 * The same stream as zstd frames, one after another, which is what `Content-Encoding: zstd`
 * allows: stored frames pass through untouched. A piece is valid until the next one is asked for.
 */
export async function* formatArrowZstd(
  manifest: Manifest,
  chunks: AsyncIterable<ReadChunk>,
  window: RowWindow,
): AsyncGenerator<Uint8Array> {
  yield await compress(manifest.schemaMessage)
  for await (const chunk of chunks) {
    if (passesUnchanged(chunk, manifest, window)) {
      yield chunk.frame
      chunk.release()
    } else {
      yield await compress(await windowOf(chunk, manifest, window))
    }
  }
  yield await compress(Buffer.from(endOfStream))
}

/** Bytes of a whole download that is not compressed, undefined while the result grows or if chunks are converted. */
export function arrowBytes(manifest: Manifest): number | undefined {
  const isKnown = manifest.complete && isStoredAsIs(manifest.columns, 0)
  return isKnown ? manifest.schemaMessage.length + manifest.rawBytes + endOfStream.length : undefined
}

async function windowOf(chunk: ReadChunk, manifest: Manifest, window: RowWindow): Promise<Buffer> {
  const body = await chunkBody(chunk)
  chunk.release()
  if (passesUnchanged(chunk, manifest, window)) return body
  const pieces: Buffer[] = []
  let batchStart = chunk.firstRow
  for (const batch of decodeBatches(body, manifest.columns, chunk.firstRow)) {
    const from = Math.max(0, window.from - batchStart)
    const to = Math.min(batch.rows, window.to - batchStart)
    if (from < to) pieces.push(encodeSlice(batch, from, to))
    batchStart += batch.rows
  }
  const cut = Buffer.concat(pieces)
  release(body)
  return cut
}

function passesUnchanged(chunk: ReadChunk, manifest: Manifest, window: RowWindow): boolean {
  const isWithin = chunk.firstRow >= window.from && chunk.firstRow + chunk.rows <= window.to
  return isWithin && isStoredAsIs(manifest.columns, chunk.firstRow)
}
