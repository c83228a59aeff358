import { addSource } from '../../../src/sources/manage.ts'
import { runInterleavings } from '../interleavings.ts'
import { withMigratedDatabase } from './model.ts'
import type { Rig } from './rig.ts'

const parallel = 3

/** Of the meetings of three transactions one in so many is tried, unless more repetitions are asked for: each has 90 orders. */
const part = 12

export const interleavings: Rig = {
  name: 'interleavings',
  what: 'two and three transactions at one query, in every order of their steps, against what they do one after another',
  async run({ serverUrl, seed, untilMs, say }) {
    const until = (): boolean => performance.now() > untilMs
    const results = await Promise.all(
      Array.from({ length: parallel }, (_, i) =>
        withMigratedDatabase(serverUrl, async (url, pool) => {
          await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
          const pairs = await runInterleavings(url, { width: 2, pick: (n) => n % parallel === i, until })
          say(`  pairs: ${pairs.orders} orders`)
          const threes = await runInterleavings(url, {
            width: 3,
            pick: (n) => (n + seed) % (part * parallel) === i * part,
            until,
          })
          say(`  threes: ${threes.orders} orders`)
          return { pairs, threes }
        }),
      ),
    )
    const sum = (value: (result: (typeof results)[number]) => number): number =>
      results.reduce((total, result) => total + value(result), 0)
    const violations = results.flatMap(({ pairs, threes }) => pairs.violations.concat(threes.violations))
    return {
      counts: [
        { what: 'orders of two transactions', count: sum(({ pairs }) => pairs.orders) },
        { what: 'orders of three transactions', count: sum(({ threes }) => threes.orders) },
        { what: 'deadlocks that the caller tried again', count: sum((r) => r.pairs.deadlocks + r.threes.deadlocks) },
        { what: 'orders that end as no serial one', count: violations.length, most: 0 },
      ],
      measures: [],
      violations,
    }
  },
}
