import { layoutChanges, type Column } from '../arrow/columns.ts'
import type { Growth } from './growth.ts'
import type { Manifest } from './manifest.ts'
import { readChunks, type RowWindow } from './readChunks.ts'
import { ResultWithdrawn } from './resultErrors.ts'
import type { ReadChunk } from './store.ts'
import type { ResultStores } from './stores.ts'

/**
 * The chunks of a result that still grows, as they come, until the result is complete or the
 * window is full. Ends with an error if the run does not succeed: what was read then is not a
 * result.
 *
 * @param manifest gets the columns that the result has now when one of them changes its layout
 * @param next resolves with how far the result has grown once that is farther than was seen,
 *   or with undefined when there is no result any more
 * @param columns the columns that the result has now, undefined if it is there no more
 * @throws ResultWithdrawn, what `columns` throws, and what {@link readChunks} throws
 */
export async function* followChunks(
  stores: ResultStores,
  manifest: Manifest,
  window: RowWindow,
  next: (seen: Growth) => Promise<Growth | undefined>,
  columns: () => Promise<Column[] | undefined>,
): AsyncGenerator<ReadChunk> {
  const known = { ...manifest, layoutChanges: layoutChanges(manifest.columns) }
  let { from } = window
  for (;;) {
    const to = Math.min(window.to, known.rows)
    if (from < to) {
      for await (const chunk of readChunks(stores, known, { from, to })) {
        from = chunk.firstRow + chunk.rows
        yield chunk
      }
    }
    if (known.complete || from >= window.to) return
    const growth = await next(known)
    // Another run begins anew, and may bring the rows in another order.
    if (growth === undefined || growth.token !== known.token) throw new ResultWithdrawn()
    if (growth.layoutChanges !== known.layoutChanges) {
      const changed = await columns()
      if (changed === undefined) throw new ResultWithdrawn()
      manifest.columns = changed
    }
    Object.assign(known, growth)
  }
}
