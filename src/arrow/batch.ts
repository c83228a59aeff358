/** A part of a result on its way from a source to the store. */
export interface Batch {
  rows: number
  /** An encapsulated Arrow record batch message. */
  message: Buffer
  /** No more batches follow. */
  last: boolean
}
