import { describe, expect, test } from 'vitest'
import { nextTimes, timingProblem, type Timing } from '../../src/schedules/times.ts'

const cronIn = (zone: string, cron: string): Timing => ({
  cron,
  interval_seconds: null,
  anchor_at: new Date(0),
  time_zone: zone,
})

/** Times as `MM-DDTHH:MM` in UTC. */
function timesFrom(timing: Timing, after: string, count: number): string {
  return nextTimes(timing, new Date(after), count)
    .map((time) => time.toISOString().slice(5, 16))
    .join(' ')
}

/**
 * The golden table: zone, pattern, where it starts, and what follows in UTC, worked out by hand
 * from the rules of each zone.
 */
const golden: [zone: string, pattern: string, what: string, after: string, times: string][] = [
  // 2026-03-29 02:00 +01:00 becomes 03:00 +02:00; 2026-10-25 03:00 +02:00 becomes 02:00 +01:00.
  ['Europe/Berlin', '30 2 * * *', 'skipped', '2026-03-28T00:00Z', '03-28T01:30 03-29T01:00 03-30T00:30'],
  ['Europe/Berlin', '0 3 * * *', 'first after the gap', '2026-03-28T00:00Z', '03-28T02:00 03-29T01:00 03-30T01:00'],
  [
    'Europe/Berlin',
    '*/20 2 * * *',
    'skipped thrice, fires once',
    '2026-03-28T02:00Z',
    '03-29T01:00 03-30T00:00 03-30T00:20',
  ],
  ['Europe/Berlin', '30 2,3 * * *', 'skipped, then not', '2026-03-28T20:00Z', '03-29T01:00 03-29T01:30 03-30T00:30'],
  ['Europe/Berlin', '0 * * * *', 'every hour', '2026-03-28T23:30Z', '03-29T00:00 03-29T01:00 03-29T02:00'],
  ['Europe/Berlin', '*/15 * * * *', 'every quarter', '2026-03-29T00:40Z', '03-29T00:45 03-29T01:00 03-29T01:15'],
  [
    'Europe/Berlin',
    '5 * * * *',
    'every hour, none made up',
    '2026-03-28T23:30Z',
    '03-29T00:05 03-29T01:05 03-29T02:05',
  ],
  ['Europe/Berlin', '15,45 * * * *', 'the same', '2026-03-29T00:30Z', '03-29T00:45 03-29T01:15 03-29T01:45'],
  ['Europe/Berlin', '30 2 * * *', 'repeated', '2026-10-24T12:00Z', '10-25T00:30 10-26T01:30 10-27T01:30'],
  ['Europe/Berlin', '0 3 * * *', 'just after the repetition', '2026-10-24T12:00Z', '10-25T02:00 10-26T02:00'],
  ['Europe/Berlin', '*/30 2 * * *', 'repeated, each once', '2026-10-24T12:00Z', '10-25T00:00 10-25T00:30 10-26T01:00'],
  ['Europe/Berlin', '30 */2 * * *', 'named hours', '2026-10-24T22:00Z', '10-24T22:30 10-25T00:30 10-25T03:30'],
  ['Europe/Berlin', '30 * * * *', 'every hour', '2026-10-24T23:00Z', '10-24T23:30 10-25T00:30 10-25T01:30 10-25T02:30'],
  ['Europe/Berlin', '*/30 * * * *', 'no pause', '2026-10-25T00:30Z', '10-25T01:00 10-25T01:30 10-25T02:00'],
  ['Europe/Berlin', '30 2 * * *', 'between the two', '2026-10-25T00:45Z', '10-26T01:30'],
  ['Europe/Berlin', '30 2 25 10 *', 'repeated, once a year', '2025-11-01T00:00Z', '10-25T00:30 10-25T00:30'],
  ['Europe/Berlin', '@daily', 'across both', '2026-03-28T00:00Z', '03-28T23:00 03-29T22:00'],
  // 2026-03-08 02:00 -05:00 becomes 03:00 -04:00; 2026-11-01 02:00 -04:00 becomes 01:00 -05:00.
  ['America/New_York', '30 2 * * *', 'skipped', '2026-03-07T00:00Z', '03-07T07:30 03-08T07:00 03-09T06:30'],
  ['America/New_York', '30 1 * * *', 'repeated', '2026-10-31T00:00Z', '10-31T05:30 11-01T05:30 11-02T06:30'],
  ['America/New_York', '0 2 * * *', 'after the repetition', '2026-10-31T00:00Z', '10-31T06:00 11-01T07:00 11-02T07:00'],
  ['America/New_York', '0 * * * *', 'every hour', '2026-11-01T04:30Z', '11-01T05:00 11-01T06:00 11-01T07:00'],
  ['America/New_York', '0 9 * * MON-FRI', 'office', '2026-03-06T15:00Z', '03-09T13:00 03-10T13:00'],
  // By half an hour: 2026-10-04 02:00 +10:30 becomes 02:30 +11:00; 2026-04-05 02:00 +11:00 becomes 01:30 +10:30.
  ['Australia/Lord_Howe', '15 2 * * *', 'skipped', '2026-10-02T00:00Z', '10-02T15:45 10-03T15:30 10-04T15:15'],
  ['Australia/Lord_Howe', '30 2 * * *', 'end of the gap', '2026-10-02T00:00Z', '10-02T16:00 10-03T15:30 10-04T15:30'],
  ['Australia/Lord_Howe', '15 * * * *', 'every hour, none made up', '2026-10-03T14:00Z', '10-03T14:45 10-03T16:15'],
  ['Australia/Lord_Howe', '45 1 * * *', 'repeated', '2026-04-03T00:00Z', '04-03T14:45 04-04T14:45 04-05T15:15'],
  [
    'Australia/Lord_Howe',
    '15 1 * * *',
    'before the repetition',
    '2026-04-03T00:00Z',
    '04-03T14:15 04-04T14:15 04-05T14:45',
  ],
  [
    'Australia/Lord_Howe',
    '*/15 * * * *',
    'no pause',
    '2026-04-04T14:30Z',
    '04-04T14:45 04-04T15:00 04-04T15:15 04-04T15:30',
  ],
  // At midnight: 2018-11-04 00:00 -03:00 became 01:00 -02:00; 2018-02-18 00:00 -02:00 became 02-17 23:00 -03:00.
  ['America/Sao_Paulo', '0 0 * * *', 'skipped midnight', '2018-11-03T00:00Z', '11-03T03:00 11-04T03:00 11-05T02:00'],
  ['America/Sao_Paulo', '30 0 4 11 *', 'skipped, once a year', '2018-01-01T00:00Z', '11-04T03:00 11-04T03:30'],
  ['America/Sao_Paulo', '30 23 * * *', 'repeated', '2018-02-16T12:00Z', '02-17T01:30 02-18T01:30 02-19T02:30'],
  ['America/Sao_Paulo', '30 23 17 2 *', 'repeated, once a year', '2018-02-01T00:00Z', '02-18T01:30 02-18T02:30'],
  ['America/Sao_Paulo', '30 * 17 2 *', 'every hour of a day', '2018-02-18T01:00Z', '02-18T01:30 02-18T02:30'],
  ['America/Sao_Paulo', '0 0 * * *', 'no summer time since 2019', '2019-11-02T00:00Z', '11-02T03:00 11-03T03:00'],
]

test.each(golden)('in %s %j (%s) after %s fires at %s', (zone, pattern, _what, after, times) => {
  expect(timesFrom(cronIn(zone, pattern), after, times.split(' ').length)).toBe(times)
})

describe('against every minute around the changes of the clock', () => {
  const dayMs = 86_400_000

  /** Local time to the minute, by the definition alone. */
  function localTimes(zone: string): (instant: number) => string {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
    return (instant) => format.format(instant)
  }

  const utc = (local: string): number => Date.parse(`${local.replace(' ', 'T')}Z`)

  test.each([
    ['Europe/Berlin', 2026, 2],
    ['America/New_York', 2026, 2],
    ['Australia/Lord_Howe', 2026, 2],
    ['America/Sao_Paulo', 2018, 2],
    ['Africa/Casablanca', 2024, 2],
  ])(
    'each half-hour of the day fires once in %s in %i: when it comes first, or after the gap',
    (zone, year, changes) => {
      const at = localTimes(zone)
      const days = Array.from({ length: 365 }, (_, i) => Date.UTC(year, 0, 1) + i * dayMs)
      const offset = (instant: number): number => utc(at(instant)) - instant
      const changed = days.filter((day) => offset(day) !== offset(day + dayMs))
      expect(changed).toHaveLength(changes)

      for (const day of changed) {
        const [from, until] = [day - dayMs, day + 2 * dayMs]
        /** The instant at which each local minute comes first, or that after the gap that it lies in. */
        const instants = new Map<string, number>()
        let before = at(from - 60_000)
        for (let instant = from; instant < until; instant += 60_000) {
          const minute = at(instant)
          for (let skipped = utc(before) + 60_000; skipped < utc(minute); skipped += 60_000) {
            instants.set(new Date(skipped).toISOString().slice(0, 16).replace('T', ' '), instant)
          }
          if (!instants.has(minute)) instants.set(minute, instant)
          if (minute > before) before = minute
        }
        // What comes twice at the start of the window came first before it.
        for (const time of ['00:00', '00:30', '01:00', '01:30', '01:45', '02:00', '02:15', '02:30', '03:00', '23:30']) {
          const [hour, minute] = time.split(':').map(Number)
          const expected = new Set(
            [...instants].filter(([local]) => local.endsWith(time)).map(([, instant]) => instant),
          )
          const times = nextTimes(cronIn(zone, `${minute} ${hour} * * *`), new Date(from - 1), 99, new Date(until - 1))
          expect(times.map((each) => each.getTime())).toEqual([...expected].sort((x, y) => x - y))
        }
      }
    },
  )
})

test('times are after the instant that is asked about, to the second', () => {
  const everySecond = cronIn('UTC', '* * * * * *')
  expect(nextTimes(everySecond, new Date('2026-01-01T00:00:00.000Z'), 2).map((time) => time.toISOString())).toEqual([
    '2026-01-01T00:00:01.000Z',
    '2026-01-01T00:00:02.000Z',
  ])
  expect(nextTimes(everySecond, new Date('2026-01-01T00:00:00.999Z'), 1)[0]!.toISOString()).toBe(
    '2026-01-01T00:00:01.000Z',
  )
})

test('intervals are counted from their anchor, whatever the clock of the zone does', () => {
  const timing: Timing = {
    cron: null,
    interval_seconds: 5400,
    anchor_at: new Date('2026-03-28T23:10:00Z'),
    time_zone: 'Europe/Berlin',
  }
  expect(timesFrom(timing, '2026-03-28T23:10Z', 2)).toBe('03-29T00:40 03-29T02:10')
  expect(timesFrom(timing, '2026-03-29T00:40Z', 1)).toBe('03-29T02:10')
})

test('an interval from an anchor that is still to come begins there', () => {
  const timing: Timing = {
    cron: null,
    interval_seconds: 86_400,
    anchor_at: new Date('2027-01-01T06:00:00Z'),
    time_zone: 'UTC',
  }
  expect(timesFrom(timing, '2026-11-21T12:00Z', 2)).toBe('01-01T06:00 01-02T06:00')
})

test('days of the month and of the week are alternatives; L, # and names are understood', () => {
  expect(timesFrom(cronIn('UTC', '0 0 13 * FRI'), '2026-11-01T00:00Z', 3)).toBe('11-06T00:00 11-13T00:00 11-20T00:00')
  expect(timesFrom(cronIn('UTC', '0 0 L * *'), '2026-02-01T00:00Z', 2)).toBe('02-28T00:00 03-31T00:00')
  expect(timesFrom(cronIn('UTC', '0 0 * * MON#2'), '2026-11-01T00:00Z', 2)).toBe('11-09T00:00 12-14T00:00')
})

test.each([
  ['* * *', 'UTC', /five fields/],
  ['', 'UTC', /five fields/],
  ['61 * * * *', 'UTC', /\(minute takes 0 to 59\)/],
  ['0 0 0 1 1 * 2030', 'UTC', /five fields/],
  ['2030-01-01T00:00:00', 'UTC', /five fields/],
  ['@reboot', 'UTC', /five fields/],
  ['0 0 31 2 *', 'UTC', /no time that ever comes/],
  ['@daily', 'Europe/Atlantis', /no IANA time zone/],
  ['@daily', '+02:00', /no IANA time zone/],
  ['@daily', 'CET', /abbreviation that PostgreSQL reads otherwise/],
  ['@daily', 'BST', /abbreviation that PostgreSQL reads otherwise/],
  ['0 0 * 13 *', 'UTC', /\(month takes 1 to 12, or JAN to DEC\)/],
  ['0 0 32 * *', 'UTC', /\(day of month takes 1 to 31\)/],
  ['0 0 0 * *', 'UTC', /\(day of month takes 1 to 31\)/],
  ['0 0 * * 8', 'UTC', /\(day of week takes 0 to 7, or SUN to SAT\)/],
  ['0 0 * FOO *', 'UTC', /FOO is not what it takes: month takes 1 to 12/],
])('%j in %s is refused with what to write instead', (pattern, zone, message) => {
  expect(timingProblem(cronIn(zone, pattern))?.message).toMatch(message)
})

test.each([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
  '*/5 * * * *',
  '30 0 0 * * *',
])('%j is a pattern', (pattern) => {
  expect(timingProblem(cronIn('Europe/Berlin', pattern))).toBeUndefined()
})
