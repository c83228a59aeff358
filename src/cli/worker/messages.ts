/** From a worker process to its supervisor. */
export type FromWorker =
  /** It serves its lanes. */
  | { kind: 'started' }
  /** It wants another in its place, and goes on until it is told to retire. */
  | { kind: 'worn'; reason: string }
  /** Something went wrong that nobody caught: it drains, and will end. */
  | { kind: 'broken' }

/** From the supervisor to a worker process. */
export type ToWorker =
  /** Another is there: claim nothing more, end what runs however long it takes, and end. */
  | { kind: 'retire' }
  /** Claim nothing more, end what runs within the time of a drain, and end. */
  | { kind: 'drain' }
  /** End now. */
  | { kind: 'hurry' }
