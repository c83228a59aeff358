import { setTimeout as sleep } from 'node:timers/promises'
import type { Opened } from './bucket.ts'
import { isNotFound } from './failures.ts'

/** The SDK tries a request again until the answer begins; what breaks off later is tried again here. */
const tries = 3
const retryMs = 100

/**
 * Bytes `from` to `to` (exclusive) of an object, all of them.
 *
 * @throws the error of the SDK, or of the connection
 */
export async function readRange(
  opened: Opened,
  bucket: string,
  key: string,
  { from, to }: { from: number; to: number },
): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(opened, bucket, key, from, to)
    } catch (error) {
      if (isNotFound(error) || attempt === tries) throw error
      await sleep(retryMs * 2 ** attempt)
    }
  }
}

async function readOnce(
  { client, sdk }: Opened,
  bucket: string,
  key: string,
  from: number,
  to: number,
): Promise<Buffer> {
  const { Body } = await client.send(
    new sdk.GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${from}-${to - 1}` }),
  )
  const bytes = Buffer.allocUnsafeSlow(to - from)
  let filled = 0
  for await (const piece of Body as AsyncIterable<Buffer>) {
    if (filled + piece.length > bytes.length) throw new Error('S3 sent more than was asked for')
    filled += piece.copy(bytes, filled)
  }
  if (filled < bytes.length) throw Object.assign(new Error('S3 sent less than was asked for'), { code: 'ECONNRESET' })
  return bytes
}
