import { setTimeout as sleep } from 'node:timers/promises'
import type { Direction, Slowness, Way } from '../stack/way.ts'
import type { Random } from '../random.ts'
import type { Stack } from '../stack/stack.ts'
import type { Fault, FaultContext } from './fault.ts'

/** Connections break and new ones are refused. */
export const cutWay = ofAWay('network cut', (way) => way.cut())

/** Some connections break, others stand. */
export const breakConnections: Fault = {
  name: 'some connections break',
  async inject({ stack, random }) {
    const [name, way] = pickWay(stack, random)
    let broken = 0
    for (let i = 0; i < 3; i++) {
      broken += way.breakSome(() => random.chance(0.5))
      await sleep(random.between(50, 1_000))
    }
    return `${name}: ${broken}`
  },
}

/** Nothing arrives any more, and nobody is told. */
export const silentWay = ofAWay('network silent', (way) => way.silence('to server', 'to client'))

/** What one side says arrives, what the other answers does not. */
export const oneWay: Fault = ofAWay('network one-way', (way, random) =>
  way.silence(random.pick<Direction>(['to server', 'to client'])),
)

export const slowWay = ofAWay('network slow', (way, random) => way.slow(slowness(random)))

/** As packets that are lost look from above: most pieces come at once, some late, each loss later than the one before. */
export const lossyWay = ofAWay('network lossy', (way, random) =>
  way.slow({ delayMs: () => (random.chance(0.3) ? 200 * 2 ** random.whole(0, 3) : 0), bytesPerSecond: 20e6 }),
)

function slowness(random: Random): Slowness {
  const delayMs = random.between(20, 200)
  return { delayMs: () => delayMs, bytesPerSecond: random.between(100e3, 2e6) }
}

function ofAWay(name: string, change: (way: Way, random: Random) => void): Fault {
  return {
    name,
    async inject({ stack, random }: FaultContext) {
      const [which, way] = pickWay(stack, random)
      const lastsMs = random.chance(0.3) ? random.between(15_000, 30_000) : random.between(300, 6_000)
      change(way, random)
      await sleep(lastsMs)
      way.mend()
      return `${which} for ${Math.round(lastsMs)} ms`
    },
  }
}

function pickWay(stack: Stack, random: Random): [name: string, way: Way] {
  return random.pick<[string, Way]>([
    ['server to control database', stack.serverWay],
    ['workers to source', stack.sourceWay],
    ...stack.workerWays.map((way, i): [string, Way] => [`worker ${i} to control database`, way]),
  ])
}

/** Nobody is notified of anything: polling alone has to do. */
export const swallowNotifications: Fault = {
  name: 'notifications swallowed',
  async inject({ stack, random }) {
    const ways = [stack.serverWay, ...stack.workerWays]
    const before = ways.reduce((sum, { swallowed }) => sum + swallowed, 0)
    for (const way of ways) way.swallowNotifications()
    await sleep(random.between(3_000, 8_000))
    for (const way of ways) way.mend()
    return `${ways.reduce((sum, { swallowed }) => sum + swallowed, 0) - before} of them`
  },
}
