declare module '@20minutes/s3rver' {
  import type { AddressInfo } from 'node:net'
  import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

  /** What Koa hands to a middleware. */
  export interface Context {
    method: string
    path: string
    query: Record<string, string | undefined>
    headers: IncomingHttpHeaders
    req: IncomingMessage
    res: ServerResponse
    status: number
    type: string
    body: unknown
    state: Record<string, unknown>
    mountPath: string
  }

  export default class S3rver {
    constructor(options: {
      address: string
      port: number
      silent: boolean
      directory: string
      vhostBuckets?: boolean
      key?: string
      cert?: string
      configureBuckets: { name: string; configs?: string[] }[]
    })
    middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[]
    store: { getResourcePath(bucket: string, key: string | undefined, resource: string): string }
    run(): Promise<AddressInfo>
    close(): Promise<void>
  }
}
