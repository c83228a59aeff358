import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UsageError } from '../../errors.ts'
import type { Account } from './account.ts'

const execFileAsync = promisify(execFile)

/**
 * Makes the data folder of `sluice dev`, owned by the account that PostgreSQL runs as.
 *
 * @throws UsageError if it cannot be written, or that account cannot get there
 */
export async function prepareFolder(folder: string, account: Account | undefined): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 })
    if (account !== undefined) await chown(folder, account.uid, account.gid)
    else await chmod(folder, 0o755)
    const probe = join(folder, '.write-test')
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    throw new UsageError(
      `The data folder ${folder} cannot be written (${(error as { code?: string }).code}). Choose another with --data-dir or SLUICE_DATA_DIR.`,
    )
  }
  if (account !== undefined && !(await canReach(folder, account))) {
    throw new UsageError(
      `PostgreSQL does not run as root, and the account that it runs as instead cannot reach the data folder ${folder}. Choose another with --data-dir or SLUICE_DATA_DIR.`,
    )
  }
}

async function canReach(folder: string, account: Account): Promise<boolean> {
  return await execFileAsync('test', ['-w', folder], { cwd: '/', ...account }).then(
    () => true,
    () => false,
  )
}

/**
 * Notes that this process uses the folder, so that no second one stops its server.
 *
 * @returns gives the folder free
 * @throws UsageError if another process that lives uses it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'dev.pid')
  const pid = Number(await readFile(path, 'utf8').catch(() => '0'))
  if (pid > 0 && pid !== process.pid && (await isSluiceDev(pid))) {
    throw new UsageError(
      `Another sluice dev (process ${pid}) uses ${folder}. Stop it, or choose another folder with --data-dir.`,
    )
  }
  await writeFile(path, String(process.pid))
  return async () => await rm(path, { force: true })
}

/** Whether a process lives; where /proc tells, also whether it still is what it was. */
async function isSluiceDev(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as { code?: string }).code === 'ESRCH') return false
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  return commandLine === undefined || (commandLine.includes('sluice') && commandLine.includes('dev'))
}
