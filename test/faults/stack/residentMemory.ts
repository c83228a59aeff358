import { readFile } from 'node:fs/promises'

/** Resident memory of a process, in MiB; null where there is no /proc. */
export async function residentMemoryMib(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return kib === undefined ? null : Number(kib) / 1024
}
