import { afterAll, expect, test } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'

const database = await createDatabase()
const source = await createSource(database, {
  setup: `
    create table orders (id bigint not null, total numeric(10,2), note text);
    comment on table orders is 'What was bought';
    comment on column orders.total is 'In euros';
    create view big_orders as select id from orders;
    create table parts (at date not null) partition by range (at);
    create table parts_1 partition of parts for values from ('2026-01-01') to ('2027-01-01');
    create schema hidden;
    create table hidden.secrets (id int);
    create schema "Odd Name";
    create table "Odd Name"."T" ("C d" int, other int)`,
  grants: `
    grant usage on schema "Odd Name" to :role;
    grant select ("C d") on "Odd Name"."T" to :role`,
})
await addSource(database.pool, 'away', { host: '127.0.0.1', port: 1, database: 'x', user: 'x', tls: 'disable' })
const server = await startServer(database)
afterAll(() => server.close())

test('a catalogue lists what the login role can read, with types and comments, and nothing else', async () => {
  const { status, json } = await server.request('GET', '/v1/sources/default/catalog')
  expect(status).toBe(200)
  expect(json).toMatchObject({
    search_path: ['public'],
    complete: true,
    relations: [
      { schema: 'Odd Name', name: 'T', columns: [{ name: 'C d', type: 'integer' }] },
      { schema: 'public', name: 'big_orders', kind: 'view' },
      {
        schema: 'public',
        name: 'orders',
        kind: 'table',
        comment: 'What was bought',
        columns: [
          { name: 'id', type: 'bigint', nullable: false, comment: null },
          { name: 'total', type: 'numeric(10,2)', nullable: true, comment: 'In euros' },
          { name: 'note', type: 'text', nullable: true, comment: null },
        ],
      },
      { schema: 'public', name: 'parts', kind: 'table' },
    ],
  })
  expect(json.relations).toHaveLength(4)
  expect(json.relations[0].columns).toHaveLength(1)
})

test('it is read once for all who ask, and anew when asked to', async () => {
  const names = async (search: string): Promise<string[]> =>
    (await server.request('GET', `/v1/sources/default/catalog${search}`)).json.relations.map(
      ({ name }: { name: string }) => name,
    )
  await names('')
  await source.pool.query(`create table fresh (id int); grant select on fresh to ${source.role}`)
  expect(await names('')).not.toContain('fresh')
  expect(await names('?refresh=true')).toContain('fresh')
})

test('a source that cannot be reached is told as such, without its host', async () => {
  expect(await server.request('GET', '/v1/sources/away/catalog')).toMatchObject({
    status: 502,
    json: {
      code: 'source_failed',
      cause: 'source_unreachable',
      detail: 'Source away could not be reached (ECONNREFUSED).',
    },
  })
  expect(await server.request('GET', '/v1/sources/nope/catalog')).toMatchObject({
    status: 404,
    json: { code: 'unknown_source' },
  })
})
