import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { addSource, changeSource, listSources } from '../../sources/manage.ts'
import type { EmbeddedPostgres } from './embedded.ts'

const database = 'demo'
const role = 'sluice_demo'

/** Makes a database on the server unless it is there. */
export async function ensureDatabase(server: EmbeddedPostgres, name: string): Promise<void> {
  await withClient(server.url('postgres'), async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
    await client.query(`revoke all on database ${client.escapeIdentifier(name)} from public`)
  })
}

/**
 * Makes the sample database with its table `events`, a login role that can read that and
 * nothing else, and the source `default` that points there; what is there already is kept.
 *
 * @param onSeed called before the rows are made, which takes some seconds
 */
export async function ensureDemoSource(
  server: EmbeddedPostgres,
  controlPool: pg.Pool,
  onSeed: () => void,
): Promise<void> {
  await ensureDatabase(server, database)
  const password = randomBytes(24).toString('hex')
  await withClient(server.url(database), async (client) => {
    const seeded = (await client.query(`select to_regclass('public.events') is not null as seeded`)).rows[0] as {
      seeded: boolean
    }
    if (!seeded.seeded) onSeed()
    await client.query('begin')
    if (!seeded.seeded) await client.query(await readFile(join(import.meta.dirname, 'demo.sql'), 'utf8'))
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
    if (rowCount === 0) await client.query(`create role ${role} login`)
    await client.query(`
      alter role ${role} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '${password}';
      revoke all on database postgres, template1 from public;
      revoke all on schema public from public;
      grant connect on database ${database} to ${role};
      grant usage on schema public to ${role};
      grant select on events to ${role}`)
    await client.query('commit')
  })
  const settings = { host: '127.0.0.1', port: server.port, database, user: role, password }
  const sources = await listSources(controlPool)
  const mine = sources.find(({ name }) => name === 'default')
  if (mine === undefined) await addSource(controlPool, 'default', settings)
  else if (mine.user === role) await changeSource(controlPool, 'default', settings)
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  // The statement under way reports the end of the connection.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
