import type { ResultOwner } from '../store.ts'

/** Objects are whole Arrow streams, as zstd frames one after another. */
const extension = '.arrows.zst'

/**
 * What the keys of a run's objects begin with: `prefix/query id/attempt-token/`. No other run
 * has the token, so what a run leaves behind after it lost its lease is never taken for a part
 * of the result.
 *
 * @param prefix that of the bucket's settings
 */
export function objectPrefix(prefix: string, run: Pick<ResultOwner, 'queryId' | 'attempt' | 'token'>): string {
  return `${prefix}${run.queryId}/${run.attempt}-${run.token}/`
}

/** Key of a segment of a result. */
export function segmentKey(objectPrefix: string, segment: number): string {
  return `${objectPrefix}${segment}${extension}`
}
