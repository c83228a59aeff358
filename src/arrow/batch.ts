import type { Column } from './columns.ts'

/** A part of a result on its way from a source to the store. */
export interface Batch {
  rows: number
  /** An encapsulated Arrow record batch message. */
  message: Buffer
  /** The columns of the result up to here: another array when one of them changes its layout. */
  columns: readonly Column[]
  /** No more batches follow. */
  last: boolean
}
