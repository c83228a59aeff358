/**
 * Flags of Node for servers and workers. V8 lets the space for young objects grow to 64 MB,
 * a third of all that a worker uses; with a quarter of it the work takes no longer.
 */
export const memoryFlags: readonly string[] = ['--max-semi-space-size=8']

/**
 * Environment of workers. glibc gives each of a dozen threads an arena of its own, and keeps in
 * every one what large chunks left free. It reads this at the start of a process only.
 */
export const workerEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' }

/**
 * Environment of servers: what is at least as large as most pieces of a download goes back to
 * the system when it is freed. A worker would pay a quarter more CPU for it.
 */
export const serverEnvironment: Readonly<Record<string, string>> = {
  ...workerEnvironment,
  MALLOC_MMAP_THRESHOLD_: '524288',
}

/**
 * Starts this process over with those of {@link memoryFlags} and `environment` that nobody has
 * set otherwise. Call it before anything is opened.
 */
export function requireMemorySettings(environment: Readonly<Record<string, string>>): void {
  const given = new Set([...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(' ')].map(nameOf))
  const missing = memoryFlags.filter((flag) => !given.has(nameOf(flag)))
  const isSet = Object.keys(environment).every((name) => name in process.env)
  if ((missing.length === 0 && isSet) || process.execve === undefined || process.platform === 'win32') return
  process.execve(process.execPath, [process.execPath, ...missing, ...process.execArgv, ...process.argv.slice(1)], {
    ...environment,
    ...process.env,
  })
}

function nameOf(flag: string): string {
  return flag.split('=')[0]!
}
