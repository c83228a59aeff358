import { EditorState } from '@codemirror/state'
import { expect, test } from 'vitest'
import { sqlLanguage } from '../../src/admin/page/editor/sqlLanguage.ts'
import { statementAt } from '../../src/admin/page/editor/statementAt.ts'

function editor(doc: string, anchor: number, head = anchor): EditorState {
  return EditorState.create({ doc, selection: { anchor, head }, extensions: [sqlLanguage(undefined)] })
}

test('the statement at the cursor, or the one right before it', () => {
  const doc = 'select 1;\n\nselect 2; -- two\n'
  expect(statementAt(editor(doc, 3))).toEqual({ sql: 'select 1', from: 0 })
  expect(statementAt(editor(doc, 10))).toEqual({ sql: 'select 1', from: 0 })
  expect(statementAt(editor(doc, 13))).toEqual({ sql: 'select 2', from: 11 })
  expect(statementAt(editor(doc, doc.length))).toEqual({ sql: 'select 2', from: 11 })
})

test('a selection goes before the statement, and without any statement everything is run', () => {
  expect(statementAt(editor('select 1 + 1', 0, 8))).toEqual({ sql: 'select 1', from: 0 })
  expect(statementAt(editor('-- none', 2))).toEqual({ sql: '-- none', from: 0 })
})

test('a statement is whole that is longer than what the editor has read so far', () => {
  const long = `delete from t where id in (${Array.from({ length: 30_000 }, (_, n) => n).join(', ')}) and not kept`
  const doc = `select 1;\n${long};\nselect 2`
  expect(statementAt(editor(doc, 15))).toEqual({ sql: long, from: 10 })
  expect(statementAt(editor(doc, doc.length)).sql).toBe('select 2')
})

const body = `begin atomic select 1; select case when true then (case when true then 2 end) end; select 3; end`
const routines = [
  `create function f() returns int language sql ${body}`,
  `CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql ${body.toUpperCase()}`,
  `create /* or replace */ procedure p()\n-- begin\n${body}`,
  `create or replace procedure p() as $$ begin; end; $$ language plpgsql`,
  `create function f() returns int return case when true then 1 end`,
]
test.each(routines)('the body of a function or procedure is part of its statement: %s', (sql) => {
  const doc = `select 0; ${sql}; select 9`
  for (const at of [10, doc.indexOf(';', 12), doc.lastIndexOf(' 9') - 7])
    expect(statementAt(editor(doc, at))).toEqual({ sql, from: 10 })
  expect(statementAt(editor(doc, doc.length)).sql).toBe('select 9')
  expect(statementAt(editor(doc, 3)).sql).toBe('select 0')
})

test('begin, case and end elsewhere hold nothing together', () => {
  const doc = 'begin; select case when true then 1 end; end; select 2'
  expect([0, 8, 42, doc.length].map((at) => statementAt(editor(doc, at)).sql)).toEqual([
    'begin',
    'select case when true then 1 end',
    'end',
    'select 2',
  ])
})

test('what is no SQL is sent along, for the source to say so', () => {
  expect(statementAt(editor('\\d events\nselect 1', 14))).toEqual({ sql: '\\d events\nselect 1', from: 0 })
  expect(statementAt(editor('select 1; é; select 2', 11))).toEqual({ sql: 'é', from: 10 })
})

test('a semicolon alone is no statement', () => {
  expect(statementAt(editor('select 1;;', 10))).toEqual({ sql: 'select 1', from: 0 })
  expect(statementAt(editor('; ;;', 2)).sql.replaceAll(/[;\s]/g, '')).toBe('')
})
