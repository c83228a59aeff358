import type { ResultOwner } from '../store.ts'

/** Objects are whole Arrow streams, as zstd frames one after another. */
const extension = '.arrows.zst'
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const writtenBy = new RegExp(`^(${uuid})/\\d+-(\\d+)/`)

/**
 * What the keys of a run's objects begin with: `root/query id/attempt-token/`. No other run
 * has the token, so what a run leaves behind after it lost its lease is never taken for a part
 * of the result.
 *
 * @param root what all keys of this control database begin with
 */
export function objectPrefix(root: string, run: Pick<ResultOwner, 'queryId' | 'attempt' | 'token'>): string {
  return `${root}${run.queryId}/${run.attempt}-${run.token}/`
}

/** Key of a segment of a result. */
export function segmentKey(objectPrefix: string, segment: number): string {
  return `${objectPrefix}${segment}${extension}`
}

/** Key of the object that holds all segments of a result in one. */
export function wholeKey(objectPrefix: string): string {
  return `${objectPrefix}whole${extension}`
}

/** The run that wrote an object, undefined if the key is none of a result. */
export function runOfKey(
  root: string,
  key: string,
): { queryId: string; token: string; objectPrefix: string } | undefined {
  const match = key.startsWith(root) ? writtenBy.exec(key.slice(root.length)) : null
  return match === null ? undefined : { queryId: match[1]!, token: match[2]!, objectPrefix: root + match[0] }
}
