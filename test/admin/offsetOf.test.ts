import { EditorState } from '@codemirror/state'
import { expect, test } from 'vitest'
import { charactersOf, offsetOf } from '../../src/admin/page/editor/offsetOf.ts'

test.each(['\n', '\r\n', '\r'])(
  'a position that PostgreSQL counted is found in the editor after lines that end in %j',
  (end) => {
    const text = ['select 1,', `  '🦫',`, '', '  wrong', 'from t'].join(end)
    const position = charactersOf(text.slice(0, text.indexOf('wrong'))) + 1
    const { doc } = EditorState.create({ doc: text })
    const offset = offsetOf(text, position)
    expect(doc.sliceString(offset, offset + 5)).toBe('wrong')
  },
)

test('a position beyond the text is its end', () => {
  expect(offsetOf('a\r\nb', 99)).toBe(3)
})
