import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { Host } from '../stack/host.ts'
import type { Fault, FaultContext } from './fault.ts'

/** Every so many packets are lost, in both directions: TCP sends them again, later and later. */
export const lostPackets = ofAHost('packets lost', async (host, random) => {
  await host.lose(random.between(0.02, 0.25), 'to it', 'from it')
})

/** What one side sends arrives, what the other answers does not. */
export const deafHost = ofAHost('packets of one direction lost', async (host, random) => {
  await host.lose(1, random.chance(0.5) ? 'to it' : 'from it')
})

/** Nothing arrives, for either side, and no connection is told. */
export const unreachableHost = ofAHost('every packet lost', async (host) => await host.lose(1, 'to it', 'from it'))

/** A thin cable. */
export const thinCable = ofAHost('little passes', async (host, random) => await host.slow(random.between(20e3, 500e3)))

/** The power fails: the process is dead and nobody at the other end hears of it; it comes back with the host. */
export const powerFailure: Fault = {
  name: 'power failure of a host',
  needs: 'hosts of their own',
  async inject({ stack, random }: FaultContext) {
    const i = random.whole(0, stack.workers.length - 1)
    const [host, worker] = [stack.hosts!.all[i]!, stack.workers[i]!]
    await host.lose(1, 'to it', 'from it')
    await worker.end('SIGKILL')
    // What its kernel still says on behalf of the dead process has been said by then.
    const lastsMs = random.between(1_000, 30_000)
    await sleep(lastsMs)
    await host.mend()
    return `${worker.name} for ${Math.round(lastsMs)} ms`
  },
}

/** Every fault of packets. */
export const packetFaults: readonly Fault[] = [lostPackets, deafHost, unreachableHost, thinCable, powerFailure]

function ofAHost(name: string, change: (host: Host, random: Random) => Promise<void>): Fault {
  return {
    name,
    needs: 'hosts of their own',
    async inject({ stack, random }: FaultContext) {
      const i = random.whole(0, stack.workers.length - 1)
      const host = stack.hosts!.all[i]!
      const lastsMs = random.chance(0.3) ? random.between(15_000, 30_000) : random.between(300, 6_000)
      await change(host, random)
      await sleep(lastsMs)
      await host.mend()
      return `${stack.workers[i]!.name} for ${Math.round(lastsMs)} ms`
    },
  }
}
