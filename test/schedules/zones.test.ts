import { expect, test } from 'vitest'
import { offsetAt, zoneProblem } from '../../src/schedules/zones.ts'
import { createDatabase } from '../helpers/database.ts'

const { pool } = await createDatabase({ empty: true })

test.each(['UTC', 'utc', 'GMT', 'EST', 'Japan', 'Singapore', 'Israel', 'NZ', 'europe/berlin', 'Etc/GMT+2'])(
  '%s is a time zone',
  (name) => expect(zoneProblem(name)).toBeUndefined(),
)

test.each(['', '+02:00', '2', 'CEST', 'localtime', 'Europe/Atlantis', '\0'])('%j is none', (name) =>
  expect(zoneProblem(name)).toMatch(/is no IANA time zone/),
)

test('names of one word that are accepted mean the same to PostgreSQL; those that do not are refused', async () => {
  const { rows } = await pool.query<{ name: string; seconds: number[] }>(`
    select name, array(
      select extract(epoch from (at at time zone name) - (at at time zone 'UTC'))::int
      from unnest('{1996-01-15 12:00Z,1996-07-15 12:00Z,2026-01-15 12:00Z,2026-07-15 12:00Z}'::timestamptz[]) at) as seconds
    from pg_timezone_names where name !~ '/'`)
  const instants = ['1996-01-15', '1996-07-15', '2026-01-15', '2026-07-15'].map((day) => Date.parse(`${day}T12:00Z`))
  const accepted = rows.filter(({ name }) => zoneProblem(name) === undefined)
  expect(accepted.length).toBeGreaterThan(30)
  for (const { name, seconds } of accepted) {
    expect([name, ...instants.map((at) => offsetAt(name, at) / 1000)]).toEqual([name, ...seconds])
  }
  expect(zoneProblem('CET')).toMatch(/abbreviation that PostgreSQL reads otherwise/)
})
