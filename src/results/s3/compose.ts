import { endOfStream } from '../../arrow/encode.ts'
import { compress } from '../frames.ts'
import type { Opened, S3Bucket } from './bucket.ts'
import { readRange } from './readRange.ts'
import { objectType } from './upload.ts'

const smallestPartBytes = 5 * 1024 * 1024
const largestPartBytes = 5 * 1024 ** 3

/** Bytes of an object, `to` exclusive. */
export interface Piece {
  key: string
  from: number
  to: number
}

/**
 * Makes one object of pieces of others, and ends it as a stream. S3 copies the pieces within
 * itself; only what is too small for a part comes here and goes back.
 */
export async function compose(bucket: S3Bucket, name: string, key: string, pieces: readonly Piece[]): Promise<void> {
  const opened = await bucket.open()
  const { client, sdk } = opened
  const object = { Bucket: name, Key: key }
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...object, ...objectType, ...bucket.objectSettings }),
  )
  try {
    const parts = await sendParts(opened, { ...object, UploadId }, pieces)
    await client.send(
      new sdk.CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: parts } }),
    )
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => undefined)
    throw error
  }
}

async function sendParts(
  opened: Opened,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
  pieces: readonly Piece[],
): Promise<{ PartNumber: number; ETag: string | undefined }[]> {
  const { client, sdk } = opened
  const parts: { PartNumber: number; ETag: string | undefined }[] = []
  let pending = Buffer.alloc(0)
  const send = async (): Promise<void> => {
    const PartNumber = parts.length + 1
    const { ETag } = await client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body: pending }))
    parts.push({ PartNumber, ETag })
    pending = Buffer.alloc(0)
  }
  const fetch = async (key: string, from: number, to: number): Promise<void> => {
    if (from < to) pending = Buffer.concat([pending, await readRange(opened, upload.Bucket, key, { from, to })])
    if (pending.length >= smallestPartBytes) await send()
  }
  for (const { key, from, to } of pieces) {
    // What is pending becomes a part with the beginning of this piece.
    const missing = pending.length === 0 ? 0 : smallestPartBytes - pending.length
    const middle = to - from - missing < smallestPartBytes ? to : from + missing
    await fetch(key, from, middle)
    for (let at = middle; at < to;) {
      // No rest that is too small for a part.
      const end = to - at <= largestPartBytes ? to : Math.min(at + largestPartBytes, to - smallestPartBytes)
      const PartNumber = parts.length + 1
      const { CopyPartResult } = await client.send(
        new sdk.UploadPartCopyCommand({
          ...upload,
          PartNumber,
          CopySource: `${upload.Bucket}/${key}`,
          CopySourceRange: `bytes=${at}-${end - 1}`,
        }),
      )
      parts.push({ PartNumber, ETag: CopyPartResult?.ETag })
      at = end
    }
  }
  pending = Buffer.concat([pending, await compress(Buffer.from(endOfStream))])
  await send()
  return parts
}
