import { expect, test } from 'vitest'
import { decide, type DueSchedule } from '../../src/schedules/decide.ts'

const start = Date.UTC(2026, 0, 1)
const minute = (n: number): Date => new Date(start + n * 60_000)

function everyMinute(settings: Partial<DueSchedule> = {}): DueSchedule {
  return {
    name: 's',
    version: 1,
    settled_until: minute(0),
    cron: '* * * * *',
    interval_seconds: null,
    anchor_at: minute(0),
    time_zone: 'UTC',
    misfire_policy: 'one',
    misfire_grace_seconds: 60,
    catch_up_limit: 3,
    ...settings,
  }
}

const shown = ({ fires }: ReturnType<typeof decide>): [minute: number, missed: number, late: boolean][] =>
  fires.map(({ fire_at, missed, late }) => [(fire_at.getTime() - start) / 60_000, missed, late])

test('nothing due: nothing fires, and the next five times are known', () => {
  const decision = decide(everyMinute(), new Date(start + 30_000))
  expect(decision).toEqual({ fires: [], settlesUntil: minute(0), upcoming: [1, 2, 3, 4, 5].map(minute) })
})

test.each(['skip', 'one', 'all'] as const)('on time, each time fires under policy %s', (misfire_policy) => {
  const decision = decide(everyMinute({ misfire_policy, misfire_grace_seconds: 180 }), minute(3))
  expect(shown(decision)).toEqual([
    [1, 0, false],
    [2, 0, false],
    [3, 0, false],
  ])
  expect(decision.settlesUntil).toEqual(minute(3))
  expect(decision.upcoming[0]).toEqual(minute(4))
})

test.each([
  ['skip', [[10, 9, true]]],
  ['one', [[10, 9, false]]],
  [
    'all',
    [
      [8, 7, false],
      [9, 0, false],
      [10, 0, false],
    ],
  ],
] as const)('after an absence policy %s leaves out the rest, and says how many', (misfire_policy, expected) => {
  const now = new Date(minute(10).getTime() + 59_999)
  const late = everyMinute({ misfire_policy, misfire_grace_seconds: 30 })
  expect(shown(decide(late, now))).toEqual(expected)
})

test.each([
  ['skip', [[10, 9, false]]],
  ['one', [[10, 9, false]]],
  [
    'all',
    [
      [7, 6, false],
      [8, 0, false],
      [9, 0, false],
      [10, 0, false],
    ],
  ],
] as const)(
  'when one is on time after an absence, policy %s adds to it what it makes up for',
  (misfire_policy, expected) => {
    expect(shown(decide(everyMinute({ misfire_policy, misfire_grace_seconds: 30 }), minute(10)))).toEqual(expected)
  },
)

test('many fires are decided on in slices, each settled up to its last', () => {
  const schedule = everyMinute({ misfire_policy: 'all', catch_up_limit: 60 })
  const now = new Date(minute(100).getTime() + 45_000)
  const slices: number[] = []
  const fires: [number, number, boolean][] = []
  for (;;) {
    const decision = decide(schedule, now)
    slices.push(decision.fires.length)
    fires.push(...shown(decision))
    schedule.settled_until = decision.settlesUntil
    if (decision.upcoming[0]! > now) break
  }
  expect(slices).toEqual([25, 25, 11])
  expect(fires).toEqual(Array.from({ length: 61 }, (_, i) => [40 + i, i === 0 ? 39 : 0, false]))
})

test.each(['skip', 'one', 'all'] as const)('an absence of days is worked off in steps; policy %s', (misfire_policy) => {
  const schedule = everyMinute({ misfire_policy })
  const now = new Date(minute(5000).getTime() + 45_000)
  const fires: [number, number, boolean][] = []
  let steps = 0
  for (;;) {
    const decision = decide(schedule, now)
    steps++
    fires.push(...shown(decision))
    schedule.settled_until = decision.settlesUntil
    if (decision.upcoming[0]! > now) break
  }
  expect(steps).toBe(5)
  const fired = fires.filter(([, , late]) => !late).map(([at]) => at)
  expect(fired).toEqual({ skip: [5000], one: [5000], all: [4997, 4998, 4999, 5000] }[misfire_policy])
  const accounted = fires.reduce((sum, [, missed]) => sum + missed + 1, 0)
  expect(accounted, 'each of the 5,000 times is fired or counted as missed').toBe(5000)
})
