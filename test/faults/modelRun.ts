import fc from 'fast-check'
import pg from 'pg'
import { auditLive } from '../../src/doctor/examine.ts'
import { addSource } from '../../src/sources/manage.ts'
import { actions, laneConcurrency, QueryModel } from '../queries/model.ts'

/** What was tried and what was found. */
export interface ModelFigures {
  /** Actions that were applied to model and database, with every state compared after each. */
  steps: number
  /** Lists of actions, each of which began with an empty database. */
  lists: number
  violations: string[]
}

const listsPerCall = 20
const longestList = 300

/** Makes an empty control database what {@link runModel} expects. */
export async function prepareModel(pool: pg.Pool): Promise<void> {
  const address = { host: 'nowhere.example', database: 'd', user: 'u' }
  await addSource(pool, 'reads', address)
  await addSource(pool, 'writes', { ...address, writes: true })
  await pool.query('update sluice.lanes set concurrency = $1', [laneConcurrency])
}

/**
 * Applies random actions to the state machine and to a model of it, in one control database.
 * The error that is thrown for a difference names the seed and the shortest list that shows it.
 *
 * @param seed the lists of the first call; every further call takes the next number
 * @param until called after every call; true ends the run
 */
export async function runModel(
  url: string,
  seed: number,
  until: (figures: Readonly<ModelFigures>) => boolean,
): Promise<ModelFigures> {
  const figures: ModelFigures = { steps: 0, lists: 0, violations: [] }
  // Its commits need not wait for the disk.
  const options = '-c synchronous_commit=off'
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'sluice test (model)', options })
  // Connections that a pool has given up may still be open when their database is dropped.
  pool.on('error', () => undefined)
  try {
    for (let call = seed; ; call++) {
      const property = fc.asyncProperty(fc.array(actions, { maxLength: longestList, size: 'max' }), async (list) => {
        const model = await QueryModel.create(pool)
        for (const action of list) {
          await model.apply(action)
          await model.compareStates()
          figures.steps++
        }
        await model.checkInvariants()
        figures.lists++
      })
      const details = await fc.check(property, { seed: call, numRuns: listsPerCall })
      if (details.failed)
        figures.violations.push((await fc.asyncDefaultReportMessage(details)) ?? `seed ${call} failed`)
      for (const { check, violations } of (await auditLive(url)).findings) {
        figures.violations.push(`seed ${call}: ${check}: ${JSON.stringify(violations)}`)
      }
      if (figures.violations.length > 0 || until(figures)) return figures
    }
  } finally {
    await pool.end()
  }
}
