import { isNotFound, whatHappened } from './failures.ts'
import type { S3Bucket } from './bucket.ts'

/** Requests at a time. */
const atOnce = 16

/** An object that must be there. */
export interface ExpectedObject {
  bucket: string
  key: string
  /** It has no fewer. */
  bytes: number
}

/** What is wrong with an object, or why S3 did not tell. */
export interface ObjectFault<T extends ExpectedObject> {
  object: T
  detail: string
}

/** Asks S3 about each object; the first that it does not answer about is the last. */
export async function findMissingObjects<T extends ExpectedObject>(
  s3: S3Bucket,
  objects: readonly T[],
): Promise<ObjectFault<T>[]> {
  const faults: ObjectFault<T>[] = []
  const { client, sdk } = await s3.open()
  const look = async (object: T): Promise<ObjectFault<T> | undefined> => {
    const { bucket, key, bytes } = object
    const head = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw new Unanswered(object, `S3 did not tell whether ${key} is there: ${whatHappened(error)}`)
    })
    if (head === undefined) return { object, detail: `object ${key} is missing` }
    if ((head.ContentLength ?? 0) >= bytes) return undefined
    return { object, detail: `object ${key} has ${head.ContentLength} bytes; its chunks end at ${bytes}` }
  }
  try {
    for (let at = 0; at < objects.length; at += atOnce) {
      const found = await Promise.all(objects.slice(at, at + atOnce).map(look))
      faults.push(...found.filter((fault) => fault !== undefined))
    }
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    faults.push({ object: error.object as T, detail: error.message })
  }
  return faults
}

class Unanswered extends Error {
  readonly object: ExpectedObject

  constructor(object: ExpectedObject, message: string) {
    super(message)
    this.object = object
  }
}
