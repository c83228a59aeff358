import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventPlace } from '../../src/queries/eventPlace.ts'

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 })

test('a place knows which numbers were taken, in whatever order, also after it was written down', () => {
  fc.assert(
    fc.property(numbers, (taken) => {
      let place = new EventPlace(0)
      for (const id of taken) {
        expect(place.isNew(id)).toBe(true)
        place.take(id)
        place = EventPlace.parse(place.toString())!
        place = EventPlace.fromSql(
          String(place.seen),
          place.missingSql.replaceAll(/,(\d+)\]/g, (_, to) => `,${+to + 1})`),
        )
      }
      for (let id = 1; id <= 61; id++) expect(place.isNew(id)).toBe(!taken.includes(id))
    }),
  )
})

test('a place forgets what another knows never to come, and keeps what is above it', () => {
  fc.assert(
    fc.property(numbers, numbers, (mine, others) => {
      const [place, other] = [new EventPlace(0), new EventPlace(0)]
      for (const id of mine) place.take(id)
      for (const id of others) other.take(id)
      const missing = (of: EventPlace, id: number): boolean => id <= of.seen && of.isNew(id)
      const before = place.clone()
      place.settle(other)
      for (let id = 1; id <= 61; id++) {
        expect(missing(place, id)).toBe(missing(before, id) && (id > other.seen || missing(other, id)))
      }
    }),
  )
})

test('a text that is no place is not taken for one', () => {
  for (const text of ['', 'x', '1.', '-1', '5.3-2', '5.9', '5.3.2', '1'.repeat(20), `9${'.1'.repeat(3000)}`]) {
    expect(EventPlace.parse(text)).toBeUndefined()
  }
  expect(EventPlace.parse('120.115.117-118')?.toString()).toBe('120.115.117-118')
})

test('a place with more gaps than can be written down is written as one before them', () => {
  const place = new EventPlace(0)
  for (let id = 1; id < 5_000; id += 2) place.take(id)
  const text = place.toString()
  expect(text.length).toBeLessThan(4_000)
  const read = EventPlace.parse(text)!
  const missed = Array.from({ length: 5_010 }, (_, id) => id + 1).filter((id) => place.isNew(id) && !read.isNew(id))
  expect(missed).toEqual([])
})
