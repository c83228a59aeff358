/** A stored chunk is missing or does not match its checksum. */
export class ResultCorrupt extends Error {
  override name = 'ResultCorrupt'
  readonly queryId: string
  readonly n: number
  /** What is wrong with the chunk. */
  readonly reason: string

  constructor(queryId: string, n: number, reason: string) {
    super(`Chunk ${n} of query ${queryId} ${reason}`)
    this.queryId = queryId
    this.n = n
    this.reason = reason
  }
}

/** A result that was still growing is gone: its run was canceled, failed or is run again. */
export class ResultWithdrawn extends Error {
  override name = 'ResultWithdrawn'

  constructor() {
    super('The result that the query had so far was withdrawn')
  }
}

/** A column of a result that still grows has another layout now, and who reads it can have one only. */
export class LayoutChanged extends Error {
  override name = 'LayoutChanged'

  constructor() {
    super('A column of the result has become another type of Arrow while it was read. Ask for the result again')
  }
}

/** The result is there, but its store cannot be read now. */
export class ResultStoreUnavailable extends Error {
  override name = 'ResultStoreUnavailable'
}
