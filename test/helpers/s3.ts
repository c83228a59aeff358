/**
 * An S3-compatible server (s3rver) with one bucket:
 *
 *     const s3 = await startS3()
 *     afterAll(() => s3.close())
 *     const server = await startServer(database, { settings: s3.settings })
 *     s3.fail = ({ method }) => (method === 'PUT' ? { status: 503, code: 'SlowDown' } : undefined)
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver, { type Context } from '@20minutes/s3rver'
import { loadConfig, type S3Config } from '../../src/config.ts'
import { noteStarted } from './running.ts'

/** A request as the server saw it. */
export interface S3Request {
  method: string
  /** `/bucket/key`. */
  path: string
  query: Record<string, string | undefined>
  headers: Record<string, string | string[] | undefined>
}

/** What the server answers instead of doing what it was asked. */
export interface S3Fault {
  status: number
  code: string
}

export interface TestS3 extends AsyncDisposable {
  url: string
  bucket: string
  /** Environment variables that name the bucket. */
  settings: Record<string, string>
  config: S3Config
  /** Every request so far. */
  requests: S3Request[]
  /** Decides for each request whether it fails. */
  fail: (request: S3Request) => S3Fault | undefined
  /** Keys of all objects, in order. */
  keys(): Promise<string[]>
  /** Keys of the uploads in parts that were begun and not ended. */
  uploads(): Promise<string[]>
  /** Path of the file that holds an object, to damage it. */
  fileOf(key: string): string
  close(): Promise<void>
}

/**
 * Starts a server on a free port of loopback.
 *
 * @param tls key and certificate, PEM; none: http
 */
export async function startS3({ tls }: { tls?: { key: string; cert: string } } = {}): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-test-s3-'))
  const bucket = `results-${randomBytes(4).toString('hex')}`
  const rver = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
    ...tls,
  })
  const requests: S3Request[] = []
  const uploadsFolder = rver.store.getResourcePath(bucket, undefined, 'uploads')
  rver.middleware.unshift(async (context, next) => {
    const { method, path, headers } = context
    const request = { method, path, query: { ...context.query }, headers: { ...headers } }
    requests.push(request)
    const fault = s3.fail(request)
    if (fault !== undefined) {
      // As S3 does: the answer to an upload comes after the upload.
      for await (const _ of context.req) continue
      context.status = fault.status
      context.type = 'application/xml'
      context.body = `<Error><Code>${fault.code}</Code><Message>As the test has it.</Message></Error>`
    } else if (method === 'DELETE' && context.query['uploadId'] !== undefined) {
      await abortUpload(context)
    } else if (method === 'GET' && path === `/${bucket}/` && 'uploads' in context.query) {
      await listUploads(context)
    } else {
      await next()
    }
  })

  // s3rver leaves the slash of /bucket/ out of what it signs, unless it takes the request for one to a virtual host.
  rver.middleware.splice(-1, 0, async (context, next) => {
    if (/^\/[^/]+\/$/.test(context.path)) {
      context.state['vhost'] = true
      context.mountPath = '/'
    }
    await next()
  })

  /** AbortMultipartUpload, which s3rver does not know. */
  async function abortUpload(context: Context): Promise<void> {
    await rm(join(uploadsFolder, context.query['uploadId']!), { recursive: true, force: true })
    context.status = 204
  }

  /** ListMultipartUploads, which s3rver does not know. */
  async function listUploads(context: Context): Promise<void> {
    const entries = await openUploads()
    const found = entries
      .filter(({ key }) => key.startsWith(context.query['prefix'] ?? ''))
      .map(
        ({ key, id, at }) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${at.toISOString()}</Initiated></Upload>`,
      )
    context.type = 'application/xml'
    context.body = `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${found.join('')}</ListMultipartUploadsResult>`
  }

  async function openUploads(): Promise<{ id: string; key: string; at: Date }[]> {
    const ids = await readdir(uploadsFolder).catch(() => [])
    return await Promise.all(
      ids.map(async (id) => ({
        id,
        key: await readFile(join(uploadsFolder, id, 'key'), 'utf8'),
        at: (await stat(join(uploadsFolder, id, 'key'))).mtime,
      })),
    )
  }

  const { port } = await rver.run()
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const settings = {
    SLUICE_S3_BUCKET: bucket,
    SLUICE_S3_ENDPOINT: url,
    SLUICE_S3_ACCESS_KEY_ID: 'S3RVER',
    SLUICE_S3_SECRET_ACCESS_KEY: 'S3RVER',
  }
  const close = async (): Promise<void> => {
    stopped()
    await rver.close()
    await rm(directory, { recursive: true })
  }
  const stopped = noteStarted(`S3 ${url}`, close)
  const s3: TestS3 = {
    url,
    bucket,
    settings,
    config: loadConfig({}, settings).s3!,
    requests,
    fail: () => undefined,
    async keys() {
      const files = await readdir(join(directory, bucket), { recursive: true }).catch(() => [])
      return files
        .filter((file) => file.endsWith(objectSuffix))
        .map((file) => file.slice(0, -objectSuffix.length))
        .sort()
    },
    uploads: async () => (await openUploads()).map(({ key }) => key).sort(),
    fileOf: (key) => rver.store.getResourcePath(bucket, key, 'object'),
    close,
    [Symbol.asyncDispose]: close,
  }
  return s3
}

const objectSuffix = '._S3rver_object'
