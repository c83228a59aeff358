import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { createDatabase } from '../helpers/database.ts'
import { dumpSchema } from '../helpers/dumpSchema.ts'

const { pool } = await createDatabase()

test('test/schema.sql is what the migrations build', async () => {
  expect(await dumpSchema(pool)).toBe(await readFile(join(packageRoot, 'test', 'schema.sql'), 'utf8'))
})

test('every table, column, sequence, view and function of schema sluice has a comment', async () => {
  const { rows } = await pool.query<{ what: string; comment: string | null }>(`
    select format('relation %s', relname) as what, obj_description(oid, 'pg_class') as comment
    from pg_class
    where relnamespace = 'sluice'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
      -- The sequence of an identity column is part of its table.
      and not exists (select from pg_depend where objid = oid and classid = 'pg_class'::regclass and deptype = 'i')
    union all
    select format('column %s.%s', relname, attname), col_description(attrelid, attnum)
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'sluice'::regnamespace and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped
    union all
    select format('function %s', oid::regprocedure), obj_description(oid, 'pg_proc')
    from pg_proc where pronamespace = 'sluice'::regnamespace
    union all
    select 'schema sluice', obj_description('sluice'::regnamespace, 'pg_namespace')`)
  expect(rows.length).toBeGreaterThan(100)
  expect(rows.filter(({ comment }) => !comment?.trim()).map(({ what }) => what)).toEqual([])
})
