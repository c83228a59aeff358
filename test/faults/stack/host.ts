/**
 * A host of its own, as far as the network is concerned: a network namespace of Linux that a pair of
 * virtual cables joins to this one, so that packets between a process on it and PostgreSQL can be lost
 * for the kernels of both sides, as they cannot behind a proxy:
 *
 *     await using hosts = await Hosts.start(2)
 *     const child = hosts.all[0].spawn(program, args, env)    // reaches this machine at hosts.address
 *     await hosts.all[0].lose(1, 'to it', 'from it'); …; await hosts.all[0].mend()
 */
import { execFile, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { promisify } from 'node:util'
import { spawnPiped } from './supervised.ts'

const execFileAsync = promisify(execFile)
/** Set aside for tests of networks (RFC 2544): nobody's real addresses. */
export const hostNetwork = '198.18.0.0/15'
const thisAddress = '198.19.255.1'

/** Where packets are lost. */
export type PacketDirection = 'to it' | 'from it'

/** Hosts, and the address at which they reach this machine. */
export class Hosts implements AsyncDisposable {
  readonly all: readonly Host[]
  readonly address = thisAddress
  readonly #drop: () => Promise<void>

  private constructor(all: readonly Host[], drop: () => Promise<void>) {
    this.all = all
    this.#drop = drop
  }

  static async start(count: number): Promise<Hosts> {
    // One address that all reach, whatever their cables are; several runs share it, and it stays.
    await run('ip', 'address', 'replace', `${thisAddress}/32`, 'dev', 'lo')
    const made: Host[] = []
    const drop = async (): Promise<void> => {
      for (const host of made) await host.remove()
    }
    try {
      for (let i = 0; i < count; i++) made.push(await Host.make())
      return new Hosts(made, drop)
    } catch (error) {
      await drop()
      throw error
    }
  }

  /** Why there can be none here; undefined: there can. */
  static async unavailable(): Promise<string | undefined> {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need root on Linux'
    try {
      const host = await Host.make()
      try {
        await host.lose(1, 'to it')
      } finally {
        await host.remove()
      }
      return undefined
    } catch (error) {
      return `no network namespace can be made (Debian: apt-get install iproute2 nftables): ${(error as Error).message}`
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop()
  }
}

/** One host. */
export class Host {
  readonly name: string
  readonly #cable: string

  private constructor(name: string, cable: string) {
    this.name = name
    this.#cable = cable
  }

  static async make(): Promise<Host> {
    const id = randomBytes(4).toString('hex')
    const host = new Host(`sluice-${id}`, `sl${id}`)
    try {
      await run('ip', 'netns', 'add', host.name)
      await run('ip', 'link', 'add', host.#cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host.name)
      const [here, there] = pair()
      await run('ip', 'address', 'add', `${here}/30`, 'dev', host.#cable)
      await run('ip', 'link', 'set', host.#cable, 'up')
      await host.#inside('ip', 'address', 'add', `${there}/30`, 'dev', 'eth0')
      await host.#inside('ip', 'link', 'set', 'lo', 'up')
      await host.#inside('ip', 'link', 'set', 'eth0', 'up')
      await host.#inside('ip', 'route', 'add', 'default', 'via', here)
      const chain = (name: string): string => `add chain inet faults ${name} { type filter hook ${name} priority 0; }`
      await host.#inside('nft', ['add table inet faults', chain('input'), chain('output')].join('; '))
      return host
    } catch (error) {
      await host.remove()
      throw error
    }
  }

  /** Starts a program on it, with its outputs as pipes. */
  spawn(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    return spawnPiped('/usr/bin/env', ['ip', 'netns', 'exec', this.name, program, ...args], env)
  }

  /**
   * Loses packets from now on; nobody is told.
   *
   * @param share of all packets, 0 to 1; 1: the host has vanished
   */
  async lose(share: number, ...directions: PacketDirection[]): Promise<void> {
    for (const direction of directions) {
      const chain = direction === 'to it' ? 'input' : 'output'
      const which = share >= 1 ? '' : `numgen random mod 1000 < ${Math.round(share * 1000)}`
      await this.#inside('nft', `add rule inet faults ${chain} iifname != "lo" oifname != "lo" ${which} drop`)
    }
  }

  /** Lets so many bytes a second pass in each direction; what is too much waits, and then is lost. */
  async slow(bytesPerSecond: number): Promise<void> {
    const bucket = ['root', 'tbf', 'rate', `${Math.round(bytesPerSecond)}bps`, 'burst', '32kb', 'latency', '400ms']
    await run('tc', 'qdisc', 'replace', 'dev', this.#cable, ...bucket)
    await this.#inside('tc', 'qdisc', 'replace', 'dev', 'eth0', ...bucket)
  }

  /** Its network is again what it was at first. */
  async mend(): Promise<void> {
    await this.#inside('nft', 'flush table inet faults')
    await run('tc', 'qdisc', 'replace', 'dev', this.#cable, 'root', 'pfifo')
    await this.#inside('tc', 'qdisc', 'replace', 'dev', 'eth0', 'root', 'pfifo')
  }

  /** Removes it; processes on it must have ended. */
  async remove(): Promise<void> {
    await run('ip', 'link', 'delete', this.#cable).catch(() => undefined)
    await run('ip', 'netns', 'delete', this.name).catch(() => undefined)
  }

  async #inside(program: string, ...args: string[]): Promise<void> {
    await run('ip', 'netns', 'exec', this.name, program, ...args)
  }
}

/** Two addresses of a network of four; chance alone keeps apart what starts at the same time. */
function pair(): [here: string, there: string] {
  const first = 4 * randomInt(2 ** 14)
  const address = (last: number): string => `198.18.${first >> 8}.${(first & 255) + last}`
  return [address(1), address(2)]
}

async function run(program: string, ...args: string[]): Promise<void> {
  await execFileAsync(program, args)
}
