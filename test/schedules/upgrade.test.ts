import { expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase } from '../helpers/database.ts'

const { pool, url } = await createDatabase()

test('schedules of an earlier release that no list could show are mended by the migration', async () => {
  await pool.query(`
    alter table sluice.schedules drop constraint schedules_interval_at_most,
      drop constraint schedules_labels_are_texts, drop constraint schedules_webhooks_are_names, drop column max_attempts;
    delete from sluice.migrations where name = '0070_schedule_bounds';
    insert into sluice.schedules (name, sql, interval_seconds, labels, webhooks) values
      ('odd', 'select 1', 2000000000, '{"a": 1, "b": null, "c": ["d"], "e": "f"}', '{a,NULL}'),
      ('square', 'select 1', 60, '{}', '{{a},{b}}'),
      ('plain', 'select 1', 60, '{"g": "h"}', null)`)
  expect((await migrate(url)).migrations).toEqual(['0070_schedule_bounds'])
  const { rows } = await pool.query(
    'select name, interval_seconds, labels, webhooks from sluice.schedules order by name',
  )
  expect(rows).toEqual([
    { name: 'odd', interval_seconds: 315_360_000, labels: { a: '1', b: '', c: '["d"]', e: 'f' }, webhooks: ['a'] },
    { name: 'plain', interval_seconds: 60, labels: { g: 'h' }, webhooks: null },
    { name: 'square', interval_seconds: 60, labels: {}, webhooks: ['a', 'b'] },
  ])
})
