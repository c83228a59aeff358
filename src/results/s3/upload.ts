import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { Opened, S3Bucket } from './bucket.ts'

/** The least that S3 takes for a part; with two on their way, what an upload may hold. */
const partBytes = 5 * 1024 * 1024
const partsAtOnce = 2
/** An upload that is given up is taken back at the server, but nobody waits longer than this for it. */
const abandonPatienceMs = 2_000

/** What every object of a result is. */
export const objectType = { ContentType: 'application/vnd.apache.arrow.stream', ContentEncoding: 'zstd' }

/** One object on its way to a bucket: in one request if it is small, else in parts. Holds at most some parts in memory. */
export class ObjectUpload {
  readonly #body = new PassThrough()
  readonly #stopping = new AbortController()
  readonly #done: Promise<void>
  #bytes = 0

  constructor(bucket: S3Bucket, key: string) {
    this.#body.on('error', () => undefined)
    this.#done = this.#send(bucket, key)
    this.#done.catch((error: unknown) => this.#body.destroy(error as Error))
  }

  /** Bytes that were written. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes the next bytes, which stay as they are; resolves when there is room for more. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#body.destroyed) await this.#done
    this.#bytes += bytes.length
    // Whatever ends the stream before it drains is what the upload failed with.
    if (!this.#body.write(bytes)) await once(this.#body, 'drain')
  }

  /** Ends the object; resolves when it is there. */
  async complete(): Promise<void> {
    this.#body.end()
    await this.#done
  }

  /** Gives the object up, and what was sent of it. */
  async abandon(): Promise<void> {
    this.#stopping.abort()
    this.#body.destroy(new Error('The upload was given up'))
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, abandonPatienceMs)
    await Promise.race([this.#done.catch(() => undefined), patience.promise])
    clearTimeout(timer)
  }

  async #send(bucket: S3Bucket, key: string): Promise<void> {
    const opened = await bucket.open()
    const { Upload } = await import('@aws-sdk/lib-storage')
    const upload = new Upload({
      client: this.#client(opened, bucket),
      partSize: partBytes,
      queueSize: partsAtOnce,
      params: {
        ...bucket.objectSettings,
        Bucket: bucket.config.bucket,
        Key: key,
        Body: this.#body,
        ...objectType,
      },
    })
    await upload.done()
  }

  /**
   * The client, but its requests are timed, and the first that fails, or that is stopped, ends the body:
   * left alone, lib-storage goes on to send parts until the body ends before it reports a failure.
   */
  #client({ client, sdk }: Opened, bucket: S3Bucket): S3Client {
    const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
      if (command instanceof sdk.AbortMultipartUploadCommand) return await client.send(command)
      const startedAt = performance.now()
      try {
        const answer = await client.send(command as never, { abortSignal: this.#stopping.signal })
        bucket.onWrite((performance.now() - startedAt) / 1000)
        return answer
      } catch (error) {
        this.#body.destroy(error as Error)
        throw error
      }
    }
    return Object.create(client, { send: { value: send } }) as S3Client
  }
}
