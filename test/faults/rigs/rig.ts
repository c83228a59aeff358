import { rm } from 'node:fs/promises'
import { hostNetwork, Hosts } from '../stack/host.ts'
import { startFaultPostgres, type FaultPostgres } from '../stack/postgres.ts'
import { Stack, type StackOptions } from '../stack/stack.ts'

/** Something that was counted. */
export interface Count {
  what: string
  count: number
  /** More than this is a failure; undefined: for information. */
  most?: number
  least?: number
}

/** Something that was measured, each time that it happened. */
export interface Measure {
  what: string
  unit: 'ms' | '%' | 'MiB' | 'rows'
  samples: number[]
  /** Which quantile of the samples is held against the target. */
  quantile: number
  /** Above this the target is missed. */
  most?: number
  least?: number
}

/** What a rig came to. */
export interface RigResult {
  counts: Count[]
  measures: Measure[]
  /** What must not be: a lost query, a violated invariant, a wrong result. Each names what repeats it. */
  violations: string[]
}

export interface RigContext {
  /** Repeats what is drawn. */
  seed: number
  /** How often the fault comes; undefined: as often as the rig finds right. */
  repetitions?: number
  /** The run is to end at this time of performance.now(), as far as the rig can stop before it is done. */
  untilMs: number
  /** Address of a PostgreSQL server, as a superuser, for rigs that do not restart it. */
  serverUrl: string
  say: (text: string) => void
}

/** A rig brings one fault about, again and again, and looks at what comes of it. */
export interface Rig {
  name: string
  /** What it does, for --help and the report. */
  what: string
  /** Why it cannot run here; undefined: it can. */
  unavailable?(): Promise<string | undefined>
  run(context: RigContext): Promise<RigResult>
}

/** Lets work go on with a stack that has a server of its own, which may be restarted. */
export async function withOwnServer<T>(
  sourceServer: string,
  options: Omit<StackOptions, 'controlServer' | 'sourceServer'>,
  work: (stack: Stack, controlServer: FaultPostgres) => Promise<T>,
): Promise<T> {
  const controlServer = await startFaultPostgres()
  try {
    await using stack = await Stack.start({ ...options, controlServer: controlServer.adminUrl, sourceServer })
    return await work(stack, controlServer)
  } finally {
    await controlServer.stop()
    await rm(controlServer.folder, { recursive: true, force: true })
  }
}

/** Lets work go on with a stack whose workers are on hosts of their own, with a PostgreSQL server of its own. */
export async function withHosts<T>(
  options: Omit<StackOptions, 'controlServer' | 'sourceServer' | 'hosts'>,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  await using hosts = await Hosts.start(options.workers)
  const server = await startFaultPostgres({}, hostNetwork)
  try {
    await using stack = await Stack.start({
      ...options,
      hosts,
      controlServer: server.adminUrl,
      sourceServer: server.adminUrl,
    })
    return await work(stack)
  } finally {
    await server.stop()
  }
}
