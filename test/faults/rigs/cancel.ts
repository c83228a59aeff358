import { audit } from '../../../src/doctor/examine.ts'
import { Client } from '../stack/client.ts'
import { findings } from '../stack/judge.ts'
import { sessionsLeft, submitSleepers, whereTheyRun } from '../stack/runs.ts'
import { Stack } from '../stack/stack.ts'
import { until } from '../until.ts'
import type { Rig } from './rig.ts'

const parallel = 4
const patienceMs = 30_000
const pollMs = 10

export const cancel: Rig = {
  name: 'cancel',
  what: 'cancel of a running statement: when its session at the source is gone, with notifications and without',
  async run({ repetitions = 400, untilMs, serverUrl }) {
    await using stack = await Stack.start({ controlServer: serverUrl, sourceServer: serverUrl, workers: 2 })
    const measure = async (count: number): Promise<number[]> => {
      const samples: number[] = []
      let begun = 0
      await Promise.all(
        Array.from({ length: parallel }, async () => {
          while (begun++ < count && performance.now() < untilMs) samples.push(await cancelOne(stack))
        }),
      )
      return samples
    }
    const withNotifications = await measure(Math.ceil(repetitions / 2))
    for (const way of stack.ways) way.swallowNotifications()
    const without = await measure(Math.ceil(repetitions / 2))
    const swallowed = stack.ways.reduce((sum, way) => sum + way.swallowed, 0)
    for (const way of stack.ways) way.mend()
    const violations = findings(await audit(stack.controlUrl))
    const about = { unit: 'ms', quantile: 0.99 } as const
    return {
      counts: [
        { what: 'notifications swallowed', count: swallowed, least: 1 },
        { what: 'violations', count: violations.length, most: 0 },
      ],
      measures: [
        { what: 'cancel → session gone, with NOTIFY', samples: withNotifications, most: 1_000, ...about },
        { what: 'cancel → session gone, without NOTIFY', samples: without, most: 3_000, ...about },
      ],
      violations,
    }
  },
}

/** Milliseconds from the request to cancel until the session at the source is gone. */
async function cancelOne(stack: Stack): Promise<number> {
  const client = new Client(stack)
  const [id] = await submitSleepers(client, 1)
  const [run] = await whereTheyRun(stack, [id!])
  const startedAt = performance.now()
  const canceling = client.cancel(id!, startedAt + patienceMs)
  const isGone = async (): Promise<boolean> => (await sessionsLeft(stack, [run!.backend])).length === 0
  await until('the session is gone', patienceMs, isGone, pollMs)
  const goneMs = performance.now() - startedAt
  await canceling
  await until('the query is canceled', patienceMs, async () => {
    return (await client.read(id!, performance.now() + patienceMs))?.state === 'canceled'
  })
  return goneMs
}
