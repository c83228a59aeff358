import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UsageError } from '../../errors.ts'

const execFileAsync = promisify(execFile)
const accountName = 'postgres'

/** The account of the operating system that PostgreSQL runs as. */
export interface Account {
  uid: number
  gid: number
}

/**
 * PostgreSQL refuses to run as root, so root runs it as `postgres`, an account that is made
 * if it is missing. Anybody else runs it as themselves: undefined.
 *
 * @throws UsageError if the account can neither be found nor made
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const found = await findAccount()
  if (found !== undefined) return found
  try {
    await execFileAsync('groupadd', ['--system', accountName]).catch(() => undefined)
    await execFileAsync('useradd', [
      '--system',
      '--gid',
      accountName,
      '--no-create-home',
      '--shell',
      '/bin/false',
      accountName,
    ])
  } catch (error) {
    throw explain(error)
  }
  const made = await findAccount()
  if (made === undefined) throw explain(undefined)
  return made
}

async function findAccount(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await execFileAsync('id', [flag, accountName])).stdout)),
    )
    return { uid: uid!, gid: gid! }
  } catch {
    return undefined
  }
}

function explain(cause: unknown): UsageError {
  return new UsageError(
    `PostgreSQL does not run as root, and the account "${accountName}" to run it as is missing and cannot be made. Make it (useradd --system ${accountName}), run sluice dev as another user, or set DATABASE_URL to a server of your own.`,
    { cause },
  )
}
