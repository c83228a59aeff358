import { readFile } from 'node:fs/promises'
import type * as Sdk from '@aws-sdk/client-s3'
import type { S3Config } from '../../config.ts'
import { UsageError } from '../../errors.ts'

const connectTimeoutMs = 5_000
/** A part has 5 MiB; slower than 80 KB/s it is tried again. */
const requestTimeoutMs = 60_000
const idleTimeoutMs = 30_000
/** Tries of one request; between them the SDK waits, twice as long each time, longer when told to slow down. */
const attempts = 5
const mostSockets = 256

/** What is loaded once S3 is used. */
export interface Opened {
  client: Sdk.S3Client
  sdk: typeof Sdk
}

/** A bucket. The SDK is loaded, and the first connection made, when it is first used. */
export class S3Bucket {
  readonly config: S3Config
  #opened: Promise<Opened> | undefined

  constructor(config: S3Config) {
    this.config = config
  }

  /** @throws UsageError if the file of certificates cannot be read */
  open(): Promise<Opened> {
    this.#opened ??= open(this.config)
    return this.#opened
  }

  /** What every new object is stored with. */
  get objectSettings(): Pick<Sdk.PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
    const { encryption, kmsKeyId } = this.config
    return { ServerSideEncryption: encryption, SSEKMSKeyId: kmsKeyId }
  }

  close(): void {
    this.#opened?.then(({ client }) => client.destroy()).catch(() => undefined)
    this.#opened = undefined
  }
}

async function open(config: S3Config): Promise<Opened> {
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
