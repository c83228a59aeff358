import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { actions, laneConcurrency, QueryModel } from './model.ts'

const { pool } = await createDatabase()
const address = { host: 'nowhere.example', database: 'd', user: 'u' }
await addSource(pool, 'reads', address)
await addSource(pool, 'writes', { ...address, writes: true })
await pool.query('update sluice.lanes set concurrency = $1', [laneConcurrency])

const seed = Number(process.env['TEST_SEED'] || Date.now() % 2 ** 31)

test(`in whatever order its functions are called, a query goes along the state graph (TEST_SEED=${seed})`, async () => {
  const property = fc.asyncProperty(fc.array(actions, { maxLength: 60, size: 'max' }), async (list) => {
    const model = await QueryModel.create(pool)
    for (const action of list) {
      await model.apply(action)
      await model.compareStates()
    }
    await model.checkInvariants()
  })
  // Its error names the seed, and the shortest list of actions that it found to fail.
  await expect(fc.assert(property, { seed, numRuns: 50 })).resolves.toBeUndefined()
}, 120_000)
