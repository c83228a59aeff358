import { UsageError } from '../../errors.ts'
import { exitCodes } from '../exitCodes.ts'
import { confirm } from './confirm.ts'
import { narrows, type FilterOptions } from './filterOptions.ts'

/** Options of a command that takes ids, or --all with a filter. */
export interface AllOptions extends FilterOptions {
  all?: true
  dryRun?: true
  yes?: true
}

/**
 * Does something to all queries that match: counts them first, and asks.
 *
 * @param verb such as `Cancel`
 * @param act with `dryRun` only counts
 * @returns the exit code
 */
export async function onAllMatching(
  verb: string,
  { dryRun, yes }: AllOptions,
  act: (dryRun: boolean) => Promise<{ matching: number; done: number }>,
): Promise<number> {
  const { matching } = await act(true)
  const queries = matching === 1 ? '1 query' : `${matching.toLocaleString('en')} queries`
  if (matching === 0 || dryRun) {
    console.log(matching === 0 ? 'No query matches.' : `${queries} match.`)
    return exitCodes.succeeded
  }
  const otherwise = `Add --yes to ${verb.toLowerCase()} ${queries}, or --dry-run to only count.`
  if (!yes && !(await confirm(`${verb} ${queries}?`, otherwise))) {
    console.log('Nothing was done.')
    return exitCodes.failed
  }
  const { done } = await act(false)
  console.log(`${done.toLocaleString('en')} of ${queries}.`)
  return exitCodes.succeeded
}

/** Throws UsageError unless either ids are given or --all, and a filter only with --all. */
export function checkTargets(ids: readonly string[], options: AllOptions): void {
  if (options.all ? ids.length > 0 : ids.length === 0) {
    throw new UsageError('Give ids of queries, or --all with a filter such as --lane reports.')
  }
  if (!options.all && (narrows(options) || options.dryRun)) throw new UsageError('A filter goes with --all only.')
}
