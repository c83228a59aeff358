import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { UsageError } from '../../errors.ts'
import { reason } from './apiErrors.ts'

/**
 * The SQL of a command: its argument, the file of `-f`, or standard input if there is neither
 * or one of them is `-`.
 *
 * @throws UsageError if there is none, or both, or it is not text
 */
export async function readSql(
  argument: string | undefined,
  file: string | undefined,
  stdin: NodeJS.ReadStream = process.stdin,
): Promise<string> {
  if (argument !== undefined && file !== undefined) {
    throw new UsageError('Give the SQL as an argument or with -f, not both.')
  }
  const sql = await read(argument, file, stdin)
  if (sql.trim() === '') throw new UsageError('There is no SQL: it is empty.')
  return sql
}

async function read(argument: string | undefined, file: string | undefined, stdin: NodeJS.ReadStream): Promise<string> {
  if (argument !== undefined && argument !== '-') return argument
  if (file !== undefined && file !== '-') {
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new UsageError(`Cannot read ${file} (${reason(error)}).`)
    })
    return decode(bytes, file)
  }
  if (stdin.isTTY && argument === undefined && file === undefined) {
    throw new UsageError('There is no SQL. Give it as an argument, with -f file.sql, or on standard input.')
  }
  return decode(await buffer(stdin), 'Standard input')
}

/** UTF-8 without a byte order mark, which a statement must not start with. */
function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${name} is not UTF-8 text.`)
  }
}
