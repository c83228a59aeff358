import pg from 'pg'
import { sqlStateOf } from '../db/sqlState.ts'

/** Whoever works on an expired partition, such as vacuum, is waited for so long; it is tried again later. */
const lockTimeoutMs = 2_000
/** Transactions that know the partition still are waited for so long. */
const detachTimeoutMs = 60_000

const lockNotAvailable = '55P03'
const queryCanceled = '57014'

interface ExpiredPartition {
  name: string
  attached: boolean
  detaching: boolean
}

/**
 * Drops the partitions of sluice.chunks that have expired. Each is detached concurrently
 * before, so that readers and writers of the others wait for nothing, not even for a moment.
 *
 * @returns names of those that were dropped, and of those that are in use
 */
export async function dropPartitions(pool: pg.Pool): Promise<{ dropped: string[]; inUse: string[] }> {
  const { rows } = await pool.query<ExpiredPartition>(
    'select name, attached, detaching from sluice.expired_partitions()',
  )
  const dropped: string[] = []
  const inUse: string[] = []
  for (const partition of rows) {
    if (await dropPartition(pool, partition)) dropped.push(partition.name)
    else inUse.push(partition.name)
  }
  return { dropped, inUse }
}

async function dropPartition(pool: pg.Pool, { name, attached, detaching }: ExpiredPartition): Promise<boolean> {
  const table = `sluice.${pg.escapeIdentifier(name)}`
  const client = await pool.connect()
  try {
    await client.query(`set lock_timeout = ${lockTimeoutMs}; set statement_timeout = ${detachTimeoutMs}`)
    if (detaching) {
      await client.query(`alter table sluice.chunks detach partition ${table} finalize`)
    } else if (attached) {
      // One that cannot be had would stay half detached, and keep back the others.
      await client.query(`begin; lock table ${table} in access exclusive mode; commit`)
      await client.query(`alter table sluice.chunks detach partition ${table} concurrently`)
    }
    await client.query(`drop table ${table}`)
    return true
  } catch (error) {
    const state = sqlStateOf(error)
    if (state !== lockNotAvailable && state !== queryCanceled) throw error
    await client.query('rollback')
    return false
  } finally {
    await client.query('reset lock_timeout; reset statement_timeout').catch(() => undefined)
    client.release()
  }
}
