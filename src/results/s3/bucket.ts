import { readFile } from 'node:fs/promises'
import type * as Sdk from '@aws-sdk/client-s3'
import type { S3Config } from '../../config.ts'
import { UsageError } from '../../errors.ts'

const connectTimeoutMs = 5_000
const idleTimeoutMs = 30_000
const mostSockets = 256

/** How patient a bucket is. */
export interface S3Patience {
  /** Tries of one request; between them the SDK waits, twice as long each time, longer when told to slow down. */
  attempts: number
  requestTimeoutMs: number
  /** A chunk can be read after so long, though its run goes on. */
  firstSegmentMs: number
}

/** A part has 5 MiB; slower than 80 KB/s it is tried again. */
const usualPatience: S3Patience = { attempts: 5, requestTimeoutMs: 60_000, firstSegmentMs: 5_000 }

/** What is loaded once S3 is used. */
export interface Opened {
  client: Sdk.S3Client
  sdk: typeof Sdk
}

/** A bucket. The SDK is loaded, and the first connection made, when it is first used. */
export class S3Bucket {
  readonly config: S3Config
  readonly patience: S3Patience
  /** Hears how long S3 took for each request that stored something, in seconds, with the SDK's tries. */
  readonly onWrite: (seconds: number) => void
  #opened: Promise<Opened> | undefined
  #public: Promise<Opened> | undefined

  constructor(
    config: S3Config,
    patience: Partial<S3Patience> = {},
    onWrite: (seconds: number) => void = () => undefined,
  ) {
    this.config = config
    this.patience = { ...usualPatience, ...patience }
    this.onWrite = onWrite
  }

  /** @throws UsageError if the file of certificates cannot be read */
  open(): Promise<Opened> {
    this.#opened ??= open(this.config, this.patience)
    return this.#opened
  }

  /** A client that knows the bucket by the address that others reach it at; for signing. */
  async publicClient(): Promise<Sdk.S3Client> {
    const { publicEndpoint } = this.config
    if (publicEndpoint === undefined) return (await this.open()).client
    this.#public ??= open({ ...this.config, endpoint: publicEndpoint }, this.patience)
    return (await this.#public).client
  }

  /** What every new object is stored with. */
  get objectSettings(): Pick<Sdk.PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
    const { encryption, kmsKeyId } = this.config
    return { ServerSideEncryption: encryption, SSEKMSKeyId: kmsKeyId }
  }

  close(): void {
    for (const opened of [this.#opened, this.#public]) {
      opened?.then(({ client }) => client.destroy()).catch(() => undefined)
    }
    this.#opened = undefined
    this.#public = undefined
  }
}

async function open(config: S3Config, { attempts, requestTimeoutMs }: S3Patience): Promise<Opened> {
  const ca = config.caFile === undefined ? undefined : await readCertificates(config.caFile)
  const sdk = await import('@aws-sdk/client-s3')
  const client = new sdk.S3Client({
    region: config.region,
    forcePathStyle: config.pathStyle,
    maxAttempts: attempts,
    // Servers other than AWS seldom know the newer checksums; chunks have their own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: idleTimeoutMs,
      httpAgent: { keepAlive: true, maxSockets: mostSockets },
      httpsAgent: { keepAlive: true, maxSockets: mostSockets, ca },
    },
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
  })
  return { client, sdk }
}

async function readCertificates(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new UsageError(
      `SLUICE_S3_CA_FILE is ${JSON.stringify(file)}, which cannot be read: ${(error as Error).message}`,
    )
  }
}
