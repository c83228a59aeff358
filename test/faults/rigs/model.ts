import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../../../src/db/migrate.ts'
import { withDatabase } from '../../helpers/names.ts'
import { prepareModel, runModel } from '../modelRun.ts'
import type { Rig } from './rig.ts'

const databases = 2

export const model: Rig = {
  name: 'model',
  what: 'random calls of the state functions, compared with a model after each; each call is one repetition',
  async run({ serverUrl, seed, repetitions = 1_000_000, untilMs, say }) {
    let steps = 0
    const results = await Promise.all(
      Array.from({ length: databases }, (_, i) =>
        withMigratedDatabase(serverUrl, async (url, pool) => {
          await prepareModel(pool)
          let before = 0
          // Calls take the next numbers, so each database has a range of its own.
          return await runModel(url, seed + i * 1_000_000, (figures) => {
            steps += figures.steps - before
            before = figures.steps
            if (i === 0) say(`  ${steps} steps`)
            return steps >= repetitions || performance.now() > untilMs
          })
        }),
      ),
    )
    const violations = results.flatMap((result) => result.violations)
    return {
      counts: [
        { what: 'steps of the model', count: results.reduce((sum, result) => sum + result.steps, 0) },
        { what: 'differences and violations', count: violations.length, most: 0 },
      ],
      measures: [],
      violations,
    }
  },
}

/** Lets work go on with a migrated control database, and drops it. */
export async function withMigratedDatabase<T>(
  serverUrl: string,
  work: (url: string, pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const name = `sluice_faults_${randomBytes(4).toString('hex')}`
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = withDatabase(serverUrl, name)
  const pool = new pg.Pool({ connectionString: url, max: 4, application_name: 'sluice test' })
  // Connections that a pool has given up may still be open when their database is dropped.
  pool.on('error', () => undefined)
  try {
    await migrate(url)
    return await work(url, pool)
  } finally {
    await pool.end()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
}
