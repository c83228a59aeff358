import { expect, test } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { runInterleavings } from './interleavings.ts'

const { pool, url } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })

/** npm run test:faults tries every case; here each run tries other ones of them. */
const part = 16
const seed = Number(process.env['TEST_SEED'] || Date.now()) % part

test(`whatever two transactions do to a query at the same time ends as if one had come after the other (TEST_SEED=${seed})`, async () => {
  const { orders, violations } = await runInterleavings(url, { width: 2, pick: (n) => n % part === seed })
  expect(violations).toEqual([])
  expect(orders).toBeGreaterThan(50)
}, 120_000)
