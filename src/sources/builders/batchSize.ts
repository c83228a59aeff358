/** A batch closes at about this many bytes as the source sent them … */
export const batchBytes = 1024 * 1024
/** … or at this many rows. */
export const batchRows = 65_536

/** The batches that a process makes at a time have about so many bytes together: of each it holds up to six. */
const budgetBytes = 2 * batchBytes
const leastBytes = 256 * 1024

let large = 0

/** Notes that a result of more than one batch is read; call what it returns at its end, once. */
export function enterLargeResult(): () => void {
  large++
  return () => void large--
}

/** At how many bytes a batch closes now: fewer, the more large results are read at a time. */
export function batchBytesNow(): number {
  return Math.max(leastBytes, Math.min(batchBytes, budgetBytes / Math.max(large, 1)))
}
