import type pg from 'pg'
import type { S3Bucket } from './bucket.ts'

const roots = new WeakMap<S3Bucket, Promise<string>>()

/**
 * What the keys of all objects of this control database begin with: the prefix of the
 * settings, then the id of the installation. Another database that is given the same bucket
 * and prefix has other keys.
 */
export function rootOf(pool: pg.Pool, bucket: S3Bucket): Promise<string> {
  let root = roots.get(bucket)
  if (root === undefined) {
    root = readRoot(pool, bucket)
    roots.set(bucket, root)
    root.catch(() => roots.delete(bucket))
  }
  return root
}

async function readRoot(pool: pg.Pool, bucket: S3Bucket): Promise<string> {
  const { rows } = await pool.query<{ id: string }>('select id from sluice.installation')
  return `${bucket.config.prefix}${rows[0]!.id}/`
}
