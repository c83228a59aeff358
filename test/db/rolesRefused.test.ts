/** On a server of its own, where the roles of other installations are not there already. */
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { startOwnPostgres } from '../helpers/ownPostgres.ts'

const { database } = await startOwnPostgres({ migrated: false })

test('a role that may not make roles migrates; an administrator makes them, and the next migration gives their rights', async () => {
  await database.pool.query(`create role deployer login password 'of-a-test' nosuperuser nocreaterole`)
  await database.pool.query('create database control owner deployer')
  const url = new URL(database.url)
  url.username = 'deployer'
  url.password = 'of-a-test'
  url.pathname = '/control'
  await migrate(url.href)
  const roles = `select rolname from pg_roles where rolname like 'sluice\\_%'`
  expect((await database.pool.query(roles)).rows).toEqual([])

  await database.pool.query('create role sluice_reader nologin; create role sluice_operator nologin')
  await migrate(url.href)
  await database.pool.query(`create role viewer login password 'of-a-test' in role sluice_reader`)
  url.username = 'viewer'
  const viewer = new pg.Client({ connectionString: url.href })
  await viewer.connect()
  try {
    expect((await viewer.query('select * from sluice.lanes_live')).rowCount).toBeGreaterThan(0)
    await expect(viewer.query(`select sluice.submit('select 1')`)).rejects.toMatchObject({ code: '42501' })
    await expect(viewer.query('select * from sluice.source_secrets')).rejects.toMatchObject({ code: '42501' })
  } finally {
    await viewer.end()
  }
})
