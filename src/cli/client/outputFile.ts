import { createWriteStream, rmSync } from 'node:fs'
import { realpath, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { UsageError } from '../../errors.ts'
import { reason } from './apiErrors.ts'

/** Where a result goes. */
export interface Output {
  /** Undefined: standard output. */
  readonly path: string | undefined
  readonly stream: Writable
  /** Call it once the stream has ended: the file is there now, whole. */
  commit(): Promise<void>
  /** Leaves no trace; does nothing after commit. */
  discard(): void
}

/** Standard output as the place where a result goes. */
export const standardOutput: Output = {
  path: undefined,
  stream: process.stdout,
  commit: async () => undefined,
  discard: () => undefined,
}

/**
 * Opens a file for a result. It is written beside its target and takes the target's place
 * when it is whole; devices and pipes are written directly.
 *
 * @throws UsageError if the path cannot be written to
 */
export async function openOutput(path: string): Promise<Output> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw cannotWrite(path, error)
  })
  if (found?.isDirectory()) throw new UsageError(`Cannot write to ${path}: it is a folder.`)
  if (found !== undefined && !found.isFile()) {
    return {
      path,
      stream: await opened(path, 'w', 0o666, path),
      commit: async () => undefined,
      discard: () => undefined,
    }
  }
  // A link stays a link to the new file.
  const target = found === undefined ? path : await realpath(path)
  const partial = join(dirname(target), `.${basename(target).slice(0, 100)}.${process.pid}.part`)
  const stream = await opened(partial, 'wx', found === undefined ? 0o666 : found.mode & 0o777, path)
  let isPartial = true
  const discard = (): void => {
    process.off('exit', discard)
    if (!isPartial) return
    isPartial = false
    stream.destroy()
    rmSync(partial, { force: true })
  }
  // A second Ctrl-C ends the process where it stands.
  process.on('exit', discard)
  return {
    path,
    stream,
    async commit() {
      await rename(partial, target)
      isPartial = false
      discard()
    },
    discard,
  }
}

async function opened(file: string, flags: string, mode: number, path: string): Promise<Writable> {
  const stream = createWriteStream(file, { flags, mode })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  stream.once('open', () => resolve())
  stream.once('error', (error) => reject(cannotWrite(path, error)))
  await promise
  return stream
}

function cannotWrite(path: string, error: NodeJS.ErrnoException): UsageError {
  const why =
    {
      ENOENT: 'the folder does not exist',
      ENOTDIR: 'the folder does not exist',
      EACCES: 'permission denied',
      EROFS: 'the file system is read-only',
    }[error.code ?? ''] ?? reason(error)
  return new UsageError(`Cannot write to ${path}: ${why}.`)
}
