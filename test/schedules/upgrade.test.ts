import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { createDatabase } from '../helpers/database.ts'

const { pool } = await createDatabase()

test('schedules of an earlier release that no list could show are mended by the migration', async () => {
  await pool.query(`
    alter table sluice.schedules drop constraint schedules_interval_at_most,
      drop constraint schedules_labels_are_texts, drop constraint schedules_webhooks_are_names, drop column max_attempts;
    insert into sluice.schedules (name, sql, interval_seconds, labels, webhooks) values
      ('odd', 'select 1', 2000000000, '{"a": 1, "b": null, "c": ["d"], "e": "f"}', '{a,NULL}'),
      ('square', 'select 1', 60, '{}', '{{a},{b}}'),
      ('plain', 'select 1', 60, '{"g": "h"}', null)`)
  await pool.query(await readFile(join(packageRoot, 'migrations', '0070_schedule_bounds.sql'), 'utf8'))
  const { rows } = await pool.query(
    'select name, interval_seconds, labels, webhooks from sluice.schedules order by name',
  )
  expect(rows).toEqual([
    { name: 'odd', interval_seconds: 315_360_000, labels: { a: '1', b: '', c: '["d"]', e: 'f' }, webhooks: ['a'] },
    { name: 'plain', interval_seconds: 60, labels: { g: 'h' }, webhooks: null },
    { name: 'square', interval_seconds: 60, labels: {}, webhooks: ['a', 'b'] },
  ])
})
