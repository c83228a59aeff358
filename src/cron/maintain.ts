import type { JobHelpers } from 'graphile-worker'

/** Makes partitions for results ahead of time and drops what has expired or is too old. */
export async function maintain(_payload: unknown, helpers: JobHelpers): Promise<void> {
  await helpers.query('select sluice.create_chunk_partitions()')
  await helpers.query('select sluice.drop_expired_results()')
  await helpers.query('select sluice.drop_old_statistics()')
}
