import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../../src/packageRoot.ts'

const execFileAsync = promisify(execFile)

/** The full name of a commit of this checkout; undefined if there is none of that name. */
export async function findCommit(revision: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]
  return await execFileAsync('git', args, { cwd: packageRoot }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  )
}

/** Lets work go on with the files of a commit in a folder of their own; it runs with the dependencies of this one. */
export async function withCheckout<T>(commit: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-checkout-'))
  try {
    const archive = join(folder, 'archive.tar')
    await execFileAsync('git', ['archive', '--format=tar', `--output=${archive}`, commit], { cwd: packageRoot })
    await execFileAsync('tar', ['-xf', archive], { cwd: folder })
    await symlink(join(packageRoot, 'node_modules'), join(folder, 'node_modules'))
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
