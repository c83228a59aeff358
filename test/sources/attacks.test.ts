import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { errorOf, runStatement, sourceAt } from './session.ts'

const control = await createDatabase()
// The role may write: it is the transaction that keeps statements from it.
const database = await createSource(control, {
  setup: `
    create table t as select 1 as x;
    create sequence s;
    create materialized view m as select 1 as x;
    create procedure p() language plpgsql as 'begin commit; end';
    create function writes() returns int language sql as 'insert into t values (9) returning 1'`,
  grants: `
    grant all on all tables in schema public to :role;
    grant all on all sequences in schema public to :role;
    grant create on schema public to :role`,
})
// One connection, so that every statement runs where the one before it ran.
const source = sourceAt(database.roleUrl, { maxConnections: 1 })
const connections = new SourceConnections()
afterAll(() => connections.close())

/** What a statement finds on a connection that an earlier one used. */
const sessionSql = `
  select jsonb_build_object(
    'user', current_user, 'session_user', session_user,
    'read_only', current_setting('transaction_read_only'), 'isolation', current_setting('transaction_isolation'),
    'settings', (select jsonb_object_agg(name, setting) from pg_settings where source in ('client', 'session')),
    'own_setting', nullif(current_setting('my.setting', true), ''),
    'prepared', (select count(*) from pg_prepared_statements), 'cursors', (select count(*) from pg_cursors where not is_holdable or name <> ''),
    'temporary', (select count(*) from pg_class where relpersistence = 't' and pg_table_is_visible(oid)),
    'channels', (select count(*) from pg_listening_channels()),
    'locks', (select jsonb_agg(distinct locktype) from pg_locks where pid = pg_backend_pid() and locktype in ('advisory', 'object')))`

/** What is there to be changed, as the owner sees it. */
const stateSql = `
  select (select json_agg(x order by x) from t) as t, (select last_value from s) as s, (select is_called from s) as called,
    (select count(*) from pg_class) as classes, (select count(*) from pg_proc) as functions,
    (select count(*) from pg_largeobject_metadata) as large_objects, (select count(*) from pg_prepared_xacts) as prepared,
    (select count(*) from pg_extension) as extensions, (select setconfig from pg_db_role_setting where setrole = $1::regrole) as role_settings,
    obj_description('t'::regclass) as comment, (select relacl from pg_class where relname = 't') as privileges`

async function session(): Promise<unknown> {
  const { stream } = await runStatement(connections, source, sessionSql)
  return JSON.parse(flechette(stream).rows[0]![0]!) as unknown
}

async function state(): Promise<unknown> {
  const { rows } = await database.pool.query<Record<string, unknown>>(stateSql, [database.role])
  return rows[0]
}

let cleanSession: unknown
let stateBefore: unknown
beforeAll(async () => {
  cleanSession = await session()
  stateBefore = await state()
})

/** Runs a statement, then compares session and state with what they were before. */
async function attack(sql: string): Promise<{ code: string; sqlstate?: string } | 'succeeded'> {
  const run = runStatement(connections, source, sql)
  const outcome = await run.then(
    () => 'succeeded' as const,
    () => errorOf(run),
  )
  expect(await session(), 'the session that the next statement finds').toEqual(cleanSession)
  expect(await state(), 'what is in the database').toEqual(stateBefore)
  return outcome
}

test('a session starts read-only, with its own settings and nothing else', async () => {
  expect(cleanSession).toMatchObject({
    user: database.role,
    session_user: database.role,
    read_only: 'on',
    prepared: 0,
    temporary: 0,
    channels: 0,
    locks: null,
    settings: {
      DateStyle: 'ISO, YMD',
      IntervalStyle: 'postgres',
      TimeZone: 'UTC',
      client_encoding: 'UTF8',
      extra_float_digits: '1',
      idle_in_transaction_session_timeout: '60000',
      lock_timeout: '30000',
    },
  })
})

describe('refused, and nothing changed', () => {
  test.each([
    // More than one statement, or none that PostgreSQL knows.
    ['42601', 'select 1; drop table t'],
    ['42601', 'insert into t values (9); select 1'],
    ['42601', 'commit; insert into t values (9)'],
    ['42601', `select 1) to program 'id' --`],
    ['42601', `select 1) to '/tmp/x' --`],
    ['42601', 'ｓｅｌｅｃｔ 1'],
    ['42601', '/* unterminated'],
    // Writes.
    ['25006', 'insert into t values (9)'],
    ['25006', 'insert into t values (9) returning x'],
    ['25006', 'update t set x = 9'],
    ['25006', 'delete from t'],
    ['25006', 'truncate t'],
    ['25006', 'merge into t using (values (9)) v (x) on t.x = v.x when not matched then insert values (v.x)'],
    ['25006', 'with x as (insert into t values (9) returning *) select * from x'],
    ['25006', 'explain analyze delete from t'],
    ['25006', 'explain analyze insert into t values (9)'],
    ['25006', 'select writes()'],
    ['25006', `do $$begin insert into t values (9); end$$`],
    ['25006', `select nextval('s')`],
    ['25006', `select setval('s', 9)`],
    ['25006', 'copy t from stdin'],
    ['25006', 'select 1 as x into y'],
    ['25006', 'create table y as select 1'],
    ['25006', 'create table y (x int)'],
    ['25006', 'create temp table y (x int)'],
    ['25006', 'create view y as select 1'],
    ['25006', `create function f() returns int language sql as 'select 1'`],
    ['25006', 'create extension dblink'],
    ['25006', 'create role r'],
    ['25006', 'drop table t'],
    ['25006', 'alter table t add y int'],
    ['25006', 'alter role current_user set work_mem = 64'],
    ['25006', `comment on table t is 'x'`],
    ['25006', 'grant all on t to public'],
    ['25006', 'refresh materialized view m'],
    ['25006', 'select x from t for update'],
    ['25006', 'select lo_creat(-1)'],
    // The transaction.
    ['25001', 'set transaction read write'],
    ['25001', 'set local transaction_read_only = off'],
    ['25001', `select set_config('transaction_read_only', 'off', false)`],
    ['25001', `select set_config('transaction_read_only', 'off', false), writes()`],
    ['25001', 'set transaction isolation level serializable'],
    ['25001', 'vacuum'],
    ['25001', 'discard all'],
    ['2D000', 'do $$begin commit; end$$'],
    ['2D000', 'do $$begin rollback; end$$'],
    ['2D000', 'call p()'],
    ['3B001', 'release savepoint a'],
    ['55000', `prepare transaction 'x'`],
    // Privileges.
    ['42501', `copy t to program 'id'`],
    ['42501', `copy t to '/tmp/sluice-attack'`],
    ['42501', `copy (select 1) to program 'id'`],
    ['42501', 'set role postgres'],
    ['42501', 'set session authorization postgres'],
    ['42501', `select set_config('role', 'postgres', false)`],
    ['42501', `select pg_read_file('/etc/passwd')`],
    ['42501', `select pg_ls_dir('/')`],
    ['42501', `select lo_import('/etc/passwd')`],
    ['42501', 'select * from pg_authid'],
    ['42501', 'select pg_reload_conf()'],
    ['42501', 'checkpoint'],
    ['42501', `load 'dblink'`],
    // What is not there.
    ['26000', 'execute nothing'],
    ['34000', 'fetch all from nothing'],
    ['42883', `select * from dblink('host=169.254.169.254', 'select 1') as t (a int)`],
  ])('%s %s', async (sqlstate, sql) => {
    expect(await attack(sql)).toMatchObject({ code: 'sql_error', sqlstate, retryable: false })
  })

  test.each([['commit'], ['end'], ['rollback'], ['abort'], ['commit;']])(
    'because it ends its own transaction: %s',
    async (sql) => {
      expect(await attack(sql)).toMatchObject({ code: 'transaction_control' })
    },
  )

  test.each([
    ['copy t to stdout'],
    ['copy (select 1) to stdout (format binary)'],
    ['copy t to stdout with csv header'],
  ])('because it is no query: %s', async (sql) => {
    expect(await attack(sql)).toMatchObject({ code: 'copy_not_supported' })
  })

  test.each([
    [`set client_encoding to 'LATIN1'`],
    [`select set_config('client_encoding', 'LATIN1', false), 'é'`],
    [`set names 'SQL_ASCII'`],
  ])('because its text would not be UTF-8: %s', async (sql) => {
    expect(await attack(sql)).toMatchObject({ code: 'sql_error', message: expect.stringContaining('client_encoding') })
  })

  test('because it ends its own session; the next statement has another', async () => {
    expect(await attack('select pg_terminate_backend(pg_backend_pid())')).toMatchObject({
      code: 'source_connection_lost',
    })
  })
})

describe('run without effect on what comes after', () => {
  test.each([
    ['begin'],
    ['savepoint a'],
    ['commit and chain'],
    ['rollback and chain'],
    ['set session characteristics as transaction read write'],
    ['set default_transaction_read_only = off'],
    ['set constraints all deferred'],
    ['reset role'],
    ['set role none'],
    ['set session authorization default'],
    [`select set_config('role', 'none', false)`],
    ['set statement_timeout = 0'],
    [`select set_config('statement_timeout', '0', false)`],
    ['set lock_timeout = 0'],
    ['set search_path = pg_temp'],
    [`set time zone 'Asia/Tokyo'`],
    [`select set_config('DateStyle', 'German', false), now()::text`],
    [`set my.setting = 'x'`],
    [`select set_config('my.setting', 'x', false)`],
    [`set application_name = 'somebody else'`],
    ['reset all'],
    ['listen x'],
    ['unlisten *'],
    ['notify x'],
    [`select pg_notify('x', 'payload')`],
    ['prepare q as select 1'],
    ['deallocate all'],
    ['declare c cursor for select 1'],
    ['declare c cursor with hold for select 1'],
    ['close all'],
    ['lock table t in access exclusive mode'],
    ['select pg_advisory_lock(42), pg_advisory_lock_shared(43), pg_advisory_xact_lock(44)'],
    [`select pg_cancel_backend(pid) from pg_stat_activity where pid = -1`],
    ['/* nested /* comments */ */ select 1 -- ; drop table t'],
    [`select $tag$; drop table t; $tag$, U&'\\0041', e'\\'; drop table t; --'`],
    ['select 1;'],
    [';;'],
  ])('%s', async (sql) => {
    expect(await attack(sql)).toBe('succeeded')
  })

  test('a notification is never delivered', async () => {
    const listener = new pg.Client({ connectionString: database.url })
    const heard: unknown[] = []
    listener.on('notification', ({ channel, payload }) => heard.push([channel, payload]))
    await listener.connect()
    await listener.query('listen x; listen done')
    for (const sql of ['notify x', `select pg_notify('x', 'payload')`]) await runStatement(connections, source, sql)
    await database.pool.query('notify done')
    await expect.poll(() => heard).toEqual([['done', '']])
    await listener.end()
  })

  test('all of these on the one connection that the source allows', async () => {
    const pid = async (): Promise<string> =>
      flechette((await runStatement(connections, source, 'select pg_backend_pid()')).stream).rows[0]![0]!
    const before = await pid()
    for (const sql of ['listen x', 'prepare q as select 1', 'insert into t values (9)', 'commit', 'select 1/0']) {
      await runStatement(connections, source, sql).catch(() => undefined)
    }
    expect(await pid()).toBe(before)
  })
})

test('an error tells neither rows nor hosts', async () => {
  const sql = `do $$begin raise exception 'bad' using detail = 'row 4711', hint = 'look there'; end$$`
  expect(await errorOf(runStatement(connections, source, sql))).toEqual({
    code: 'sql_error',
    sqlstate: 'P0001',
    message: 'bad',
    hint: 'look there',
    retryable: false,
  })
  const position = await errorOf(runStatement(connections, source, 'select nothing from t'))
  expect(position).toMatchObject({ sqlstate: '42703', position: 8 })
})
