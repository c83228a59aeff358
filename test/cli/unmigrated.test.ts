import { expect, test } from 'vitest'
import { createDatabase } from '../helpers/database.ts'
import { freePort } from '../helpers/server.ts'
import { runCli } from './runCli.ts'

const empty = await createDatabase({ empty: true })
const older = await createDatabase()
await older.pool.query(`delete from sluice.migrations where name >= '0047'`)

test.each(['server', 'worker'])('sluice %s does not start on a database that lacks migrations', async (command) => {
  for (const [{ url }, message] of [
    [empty, /The control database has no tables of Sluice\. Run sluice migrate/],
    [
      older,
      /The control database lacks migrations of this version, from 0047_vacuum on \(\d+ in all\)\. Run sluice migrate/,
    ],
  ] as const) {
    const { code, stderr } = await runCli([command], {
      env: { DATABASE_URL: url, SLUICE_API_KEY: 'k'.repeat(32), SLUICE_PORT: String(await freePort()) },
    })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n +at /)
    expect(code).toBe(2)
  }
})
