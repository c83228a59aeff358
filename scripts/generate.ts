/**
 * Writes what is made from other sources: test/schema.sql and src/db/types.generated.ts from
 * the migrations, docs/openapi.json and the types of the admin page from the routes. With --check it writes nothing and
 * fails if one of them is out of date.
 */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { generate as generateTypes, PostgresDialect as PostgresGenerator } from 'kysely-codegen'
import pg from 'pg'
import { migrate } from '../src/db/migrate.ts'
import { Networks } from '../src/delivery/addresses.ts'
import { createLogger } from '../src/log.ts'
import { packageRoot } from '../src/packageRoot.ts'
import { createSubmitter } from '../src/queries/submit.ts'
import { createStores } from '../src/results/stores.ts'
import { buildApp } from '../src/server/app.ts'
import { EventFeed } from '../src/server/eventFeed.ts'
import { QueryWaiters } from '../src/server/queryWaiters.ts'
import { ResultGrowth } from '../src/server/resultGrowth.ts'
import { SharedReads } from '../src/server/sharedReads.ts'
import { Shutdown } from '../src/server/shutdown.ts'
import { StillWanted } from '../src/server/stillWanted.ts'
import { dumpSchema } from '../test/helpers/dumpSchema.ts'
import { withDatabase } from '../test/helpers/names.ts'
import { startTestServer } from '../test/helpers/server.ts'
import { apiTypes, type Description } from './apiTypes.ts'

const check = process.argv.includes('--check')
const description = await openapi()
const made = {
  ...(await fromMigrations()),
  'docs/openapi.json': `${JSON.stringify(description, sortNames, 2)}\n`,
  'src/admin/page/api/types.generated.ts': await apiTypes(description),
}

for (const [path, text] of Object.entries(made)) {
  const file = join(packageRoot, path)
  if ((await readFile(file, 'utf8').catch(() => '')) === text) continue
  if (check) {
    console.error(`${path} is out of date. npm run generate writes it.`)
    process.exitCode = 1
  } else {
    await writeFile(file, text)
    console.log(`wrote ${path}`)
  }
}

async function fromMigrations(): Promise<Record<string, string>> {
  const server = await startTestServer()
  const name = `sluice_generate_${randomBytes(4).toString('hex')}`
  const admin = new pg.Client({ connectionString: server.adminUrl })
  await admin.connect()
  try {
    await admin.query(`create database ${name}`)
    const url = withDatabase(server.adminUrl, name)
    await migrate(url)
    const pool = new pg.Pool({ connectionString: url })
    // Dropping the database ends what is still closing.
    pool.on('error', () => undefined)
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    const schema = await dumpSchema(pool)
    const types = await generateTypes({ db, dialect: new PostgresGenerator(), includePattern: 'sluice.*' })
    await db.destroy()
    return { 'test/schema.sql': schema, 'src/db/types.generated.ts': types }
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.end()
    await server.stop(false)
  }
}

/** The API's description as a server with a login publishes it; nothing connects to a database for it. */
async function openapi(): Promise<Description> {
  const pool = new pg.Pool()
  const logger = createLogger({ logLevel: 'silent' }, 'generate')
  const services = {
    pool,
    reserved: pool,
    views: pool,
    reads: new SharedReads(),
    results: createStores(pool, undefined),
    submitter: createSubmitter(pool),
    waiters: new QueryWaiters(pool, '', 5_000, logger),
    shutdown: new Shutdown(),
    growth: new ResultGrowth(pool, logger),
    wanted: new StillWanted(pool, logger),
    feed: new EventFeed(pool, logger),
    networks: new Networks([]),
  }
  const apiKey = 'a key, so that the description speaks of one'
  const app = await buildApp({ services, apiKey, admin: 'on', logger })
  await app.ready()
  const description = app.swagger()
  await app.close()
  // As it reads from the file.
  return JSON.parse(JSON.stringify(description, sortNames)) as Description
}

/** Paths and schemas by name, so that moving a route in the code changes nothing here. */
function sortNames(key: string, value: unknown): unknown {
  if (key !== 'paths' && key !== 'schemas') return value
  return Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)))
}
