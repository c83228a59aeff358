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
  const long = `delete from t where id in (${Array.from({ length: 200_000 }, (_, n) => n).join(', ')}) and not kept`
  const doc = `select 1;\n${long};\nselect 2`
  expect(statementAt(editor(doc, 15))).toEqual({ sql: long, from: 10 })
  expect(statementAt(editor(doc, doc.length)).sql).toBe('select 2')
})
