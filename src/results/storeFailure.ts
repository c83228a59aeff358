import { sqlStateOf } from '../db/sqlState.ts'
import { RunError } from '../errors.ts'
import { isFull, isS3Failure, whatHappened } from './s3/failures.ts'

const diskFull = '53100'

/** The end of a run whose result could not be stored, whatever the store threw. */
export function storeFailure(error: unknown): RunError {
  if (isS3Failure(error)) {
    const code = isFull(error) ? 'result_store_full' : 'result_store_failed'
    return new RunError(code, `The result could not be stored in S3: ${whatHappened(error)}.`, {}, error)
  }
  if (sqlStateOf(error) === diskFull) {
    return new RunError('result_store_full', 'The disk of the control database is full.', {}, error)
  }
  return new RunError('result_store_failed', 'The result could not be stored in the control database.', {}, error)
}
