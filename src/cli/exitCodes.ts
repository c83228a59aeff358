/** Exit codes of the command line. */
export const exitCodes = {
  succeeded: 0,
  /** The query failed, or the command could not do its work. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const
