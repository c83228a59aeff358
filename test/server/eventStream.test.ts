import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { EventPlace } from '../../src/queries/eventPlace.ts'
import { EventFeed, type Batch } from '../../src/server/eventFeed.ts'
import { allEvents, type StreamMessage } from '../../src/server/eventStream.ts'
import type { Services } from '../../src/server/services.ts'
import { createLogger } from '../../src/log.ts'
import { testConfig } from '../helpers/config.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addEvents } from '../helpers/eventStream.ts'
import { submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const feed = new EventFeed(pool, createLogger(testConfig({ DATABASE_URL: database.url }), 'test feed'))
afterAll(() => feed.close())

function follow(from?: EventPlace, of: object = feed): AsyncGenerator<StreamMessage[]> {
  const services = { pool, feed: of } as Services
  return allEvents(services, 'default', { filter: {}, from, pollMs: undefined }, new AbortController().signal)
}

async function next(stream: AsyncGenerator<StreamMessage[]>): Promise<StreamMessage[]> {
  const { value } = (await stream.next()) as IteratorResult<StreamMessage[], undefined>
  return value ?? []
}

/** The numbers of the next so many events. */
async function take(stream: AsyncGenerator<StreamMessage[]>, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const messages = await next(stream)
    expect(messages.map(({ event }) => event)).not.toContain('too_slow')
    ids.push(...messages.filter(({ event }) => event !== undefined).map(({ id }) => id))
  }
  return ids
}

test('a reader that does not keep up is told so, and connects again without a gap', async () => {
  const id = await submit(pool)
  const [slow, quick] = [follow(), follow()]
  await Promise.all([next(slow), next(quick)])
  await addEvents(pool, id, 25_000)
  const all = await take(quick, 25_000)
  const [last] = await next(slow)
  expect(last).toMatchObject({ event: 'too_slow', data: { detail: expect.stringContaining('Last-Event-ID') } })
  expect((await slow.next()).done).toBe(true)
  const resumed = follow(EventPlace.parse(last!.id))
  expect(await take(resumed, 25_000)).toEqual(all)
  await Promise.all([quick.return(undefined), resumed.return(undefined)])
})

/** A feed, and how often it has asked the database. */
function countedFeed(): { counted: EventFeed; asked: () => number } {
  let asked = 0
  const counting = Object.assign(Object.create(pool) as typeof pool, {
    query: (...args: Parameters<typeof pool.query>) => {
      asked++
      return pool.query(...args)
    },
  })
  const logger = createLogger(testConfig({ DATABASE_URL: database.url }), 'test feed')
  return { counted: new EventFeed(counting, logger), asked: () => asked }
}

test('twenty viewers cost the database no more than one', async () => {
  const { counted: shared, asked } = countedFeed()
  const viewers = Array.from({ length: 20 }, () => follow(undefined, shared))
  await Promise.all(viewers.map(next))
  await submit(pool)
  await Promise.all(viewers.map((viewer) => take(viewer, 1)))
  // One finds the place; then one a second, and a few more at once after a quiet time.
  expect(asked()).toBeLessThanOrEqual(5)
  await Promise.all(viewers.map((viewer) => viewer.return(undefined)))
  await shared.close()
})

test('the database is asked as seldom as is enough for all who follow', async () => {
  const { counted, asked } = countedFeed()
  const patient = (await counted.join(3_600_000)).follower
  for (let i = 0; i < 20; i++) {
    counted.hint()
    await delay(20)
  }
  // One finds the place, one looks at once, and two more are in reserve.
  expect(asked()).toBe(4)
  const eager = (await counted.join()).follower
  const id = await submit(pool)
  for (const follower of [patient, eager]) {
    expect(await follower.next(60_000, new AbortController().signal)).toMatchObject({ items: [{ query_id: id }] })
  }
  await counted.close()
})

test('a number that comes late is not forgotten while it waits to be read', async () => {
  const event = (id: number): object => ({ kind: 'event', id, query_id: 'q', tenant: 'default', state: 'queued' })
  const batch = (ids: number[], place: string): Batch =>
    ({ items: ids.map(event), place: EventPlace.parse(place)! }) as Batch
  const batches = [batch([12], '12.11'), batch([14], '14.11.13'), batch([11], '14.13'), batch([15], '15')]
  const follower = { next: async () => batches.shift() ?? 'over', leave: () => undefined }
  const stream = follow(undefined, {
    join: async () => ({ follower, place: new EventPlace(10) }),
    closing: new AbortController().signal,
  })
  const ids: string[] = []
  for await (const messages of stream) ids.push(...messages.map(({ id }) => id))
  expect(ids).toEqual(['10', '12.11', '14.11.13', '14.13', '15.13'])
})

test('a reader whom nothing of what happens concerns gets signs of life with the place that is reached', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  let id = 10
  const follower = {
    next: async (idleMs: number): Promise<Batch> => {
      expect(idleMs).toBeLessThanOrEqual(15_000)
      vi.advanceTimersByTime(6_000)
      id += 1
      return {
        items: [{ kind: 'event', id, query_id: 'q', tenant: 'another' }],
        place: new EventPlace(id),
      } as unknown as Batch
    },
    leave: () => undefined,
  }
  const stream = follow(undefined, {
    join: async () => ({ follower, place: new EventPlace(10) }),
    closing: new AbortController().signal,
  })
  expect([await next(stream), await next(stream), await next(stream)]).toEqual([
    [{ id: '10' }],
    [{ id: '13' }],
    [{ id: '16' }],
  ])
  await stream.return(undefined)
  vi.useRealTimers()
})
