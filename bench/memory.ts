import { readFile, writeFile } from 'node:fs/promises'

/** Forgets the highest memory use of a process so far, where the system can. */
export async function resetPeakMemory(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined)
}

/** Highest resident memory of a process since it started or was reset, in MiB; null where there is no /proc. */
export async function peakMemoryMib(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
  return kib === undefined ? null : Math.round(Number(kib) / 1024)
}
