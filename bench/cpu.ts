import { readFile } from 'node:fs/promises'
import type { Stack } from './stack.ts'
import { sourceDatabase } from './database.ts'

/** Linux counts CPU time in hundredths of a second. */
const ticksPerSecond = 100
const ended = 'postgres, ended backends'

/** CPU seconds so far by process group, e.g. `server`, `worker`, `postgres, source`. */
export type CpuTimes = Map<string, number>

/**
 * Reads how much CPU time server, worker and PostgreSQL's processes have used; empty where
 * there is no /proc. Without the postmaster's id PostgreSQL is left out.
 */
export async function readCpu(stack: Stack): Promise<CpuTimes> {
  const times: CpuTimes = new Map()
  const add = (group: string, seconds: number): void => {
    times.set(group, (times.get(group) ?? 0) + seconds)
  }
  for (const [group, pid] of [
    ['server', stack.serverPid],
    ['worker', stack.workerPid],
  ] as const) {
    const times = await readProcess(pid)
    if (times !== undefined) add(group, times.own)
  }
  if (stack.postmasterPid === undefined) return times
  const postmaster = await readProcess(stack.postmasterPid)
  if (postmaster === undefined) return times
  add('postgres, background', postmaster.own)
  add(ended, postmaster.waitedFor)
  const { rows } = await stack.control.query<Backend>(
    'select pid, backend_type, datname, application_name from pg_stat_activity where pid <> pg_backend_pid()',
  )
  for (const backend of rows) {
    const process = await readProcess(backend.pid)
    if (process !== undefined) add(groupOf(backend), process.own)
  }
  return times
}

interface Backend {
  pid: number
  backend_type: string
  datname: string | null
  application_name: string
}

function groupOf({ backend_type, datname, application_name }: Backend): string {
  if (!/^(client backend|parallel worker)$/.test(backend_type)) return 'postgres, background'
  if (datname === sourceDatabase) return 'postgres, source'
  if (application_name.startsWith('sluice server')) return 'postgres, for the server'
  if (application_name.startsWith('sluice worker')) return 'postgres, for the worker'
  return 'postgres, for tickets'
}

/** CPU seconds of a process, and of its children that have ended; undefined if it is gone. */
async function readProcess(pid: number): Promise<{ own: number; waitedFor: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // The name, in brackets, may hold spaces; utime, stime, cutime, cstime are fields 14 to 17.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const seconds = (from: number): number => (fields[from - 3]! + fields[from - 2]!) / ticksPerSecond
  return { own: seconds(14), waitedFor: seconds(16) }
}

/** CPU seconds used between two readings, by group. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): Record<string, number> {
  const used: Record<string, number> = {}
  for (const [group, seconds] of after) {
    used[group] = Math.max(0, Math.round((seconds - (before.get(group) ?? 0)) * 100) / 100)
  }
  delete used[ended]
  return used
}
