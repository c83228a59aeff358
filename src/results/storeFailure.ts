import { sqlStateOf } from '../db/sqlState.ts'
import { RunError } from '../errors.ts'
import { ChunksLost } from './store.ts'
import { isFull, isS3Failure, whatHappened } from './s3/failures.ts'

/** With chunks that are gone a result has a hole; whatever was stored of it is dropped. */
export function lostChunks(cause?: unknown): RunError {
  return new RunError(
    'result_lost',
    'PostgreSQL crashed or failed over while the result was written, and a part of what was stored is lost.',
    {},
    cause,
  )
}

const diskFull = '53100'

/** The end of a run whose result could not be stored, whatever the store threw. */
export function storeFailure(error: unknown): RunError {
  if (error instanceof ChunksLost) return lostChunks(error)
  if (isS3Failure(error)) {
    const code = isFull(error) ? 'result_store_full' : 'result_store_failed'
    return new RunError(code, `The result could not be stored in S3: ${whatHappened(error)}.`, {}, error)
  }
  if (sqlStateOf(error) === diskFull) {
    return new RunError('result_store_full', 'The disk of the control database is full.', {}, error)
  }
  return new RunError('result_store_failed', 'The result could not be stored in the control database.', {}, error)
}
