import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { reason } from './apiErrors.ts'
import { CommandFailed } from './clientAction.ts'
import type { Output } from './outputFile.ts'

/**
 * Streams the body of an answer to where it is to go, as fast as that takes it; what is in
 * memory does not grow with the result.
 *
 * @param fetched called with the number of bytes so far
 * @returns the number of bytes
 * @throws CommandFailed if the stream breaks or the target takes no more; the signal's reason if aborted
 */
export async function download(
  response: Response,
  output: Output,
  fetched: (bytes: number) => void,
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0
  const count = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length
      fetched(bytes)
      done(null, piece)
    },
  })
  try {
    // Standard output is not ours to close.
    await pipeline(Readable.fromWeb(response.body!), count, output.stream, { signal, end: output.path !== undefined })
    await output.commit()
  } catch (error) {
    output.discard()
    if (signal.aborted) throw error
    throw explain(error as NodeJS.ErrnoException, output.path)
  }
  return bytes
}

function explain(error: NodeJS.ErrnoException, path: string | undefined): CommandFailed {
  const target = path ?? 'standard output'
  const message =
    error.syscall === undefined
      ? `The result broke off (${reason(error)}). ${path === undefined ? 'What was printed is not the whole.' : `Nothing was written to ${path}.`}`
      : `Cannot write to ${target} (${reason(error)}).`
  return new CommandFailed(message, { cause: error })
}
