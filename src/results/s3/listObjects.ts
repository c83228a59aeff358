import type { Opened } from './bucket.ts'

/** An object, as a list shows it. */
export interface ListedObject {
  key: string
  bytes: number
  lastModified: Date
}

/** Objects whose keys begin with a prefix, in the order of the keys, as many at a time as S3 tells at once. */
export async function* listObjects(
  { client, sdk }: Opened,
  bucket: string,
  prefix: string,
): AsyncGenerator<ListedObject[]> {
  let token: string | undefined
  do {
    const page = await client.send(
      new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    )
    yield (page.Contents ?? []).map(({ Key, Size, LastModified }) => ({
      key: Key!,
      bytes: Size ?? 0,
      lastModified: LastModified!,
    }))
    token = page.IsTruncated ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}

/** Deletes objects, one request each: not every server knows the request for many. */
export async function deleteObjects({ client, sdk }: Opened, bucket: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }))
}
