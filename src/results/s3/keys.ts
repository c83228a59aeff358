import type { ResultOwner } from '../store.ts'

/** Objects are whole Arrow streams, as zstd frames one after another. */
const extension = '.arrows.zst'
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const writtenBy = new RegExp(`^(${uuid})/\\d+-(\\d+)/`)

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

/** Key of the object that holds all segments of a result in one. */
export function wholeKey(objectPrefix: string): string {
  return `${objectPrefix}whole${extension}`
}

/** The run whose object has this key, undefined if it is none of Sluice's. */
export function runOfKey(
  prefix: string,
  key: string,
): { queryId: string; token: string; objectPrefix: string } | undefined {
  if (!key.startsWith(prefix)) return undefined
  const match = writtenBy.exec(key.slice(prefix.length))
  return match === null ? undefined : { queryId: match[1]!, token: match[2]!, objectPrefix: prefix + match[0] }
}
