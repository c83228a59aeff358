import { expect, test } from 'vitest'
import { Batcher } from '../../src/db/batcher.ts'

test('items that come while a batch is under way make the next, in order, no more than fit', async () => {
  const batches: number[][] = []
  const batcher = new Batcher<number, number>(async (items) => {
    batches.push(items)
    await new Promise((resolve) => setImmediate(resolve))
    return items.map((item) => item * 10)
  }, 3)
  const first = batcher.add(1)
  await new Promise((resolve) => setImmediate(resolve))
  const rest = [2, 3, 4, 5].map(async (item) => await batcher.add(item))
  expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40, 50])
  expect(batches).toEqual([[1], [2, 3, 4], [5]])
})

test('an item that fails a batch fails alone', async () => {
  const batcher = new Batcher<number, number>(async (items) => {
    if (items.includes(13)) throw new Error('unlucky')
    return items
  }, 10)
  const answers = await Promise.allSettled([1, 13, 2].map(async (item) => await batcher.add(item)))
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('while the server is away a batch fails as a whole, at once', async () => {
  let runs = 0
  const batcher = new Batcher<number, number>(async () => {
    runs++
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }, 10)
  const answers = await Promise.allSettled([1, 2].map(async (item) => await batcher.add(item)))
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(runs).toBe(1)
})
