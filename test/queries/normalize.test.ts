import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalize } from '../../src/queries/normalize.ts'

test.each([
  [
    'constants',
    `select a from t where x = 1 and y = 'it''s' and z = -2.5e3`,
    'select a from t where x = ? and y = ? and z = ?',
  ],
  ['strings of every kind', `select E'a\\'b', U&'c', b'1', $$d'$$, $x$ $$ $x$, 0xff`, 'select ?'],
  ['lists of any length', 'select 1 from t where x in (1, 2, 3)', 'select ? from t where x in (?)'],
  ['rows of any number', `insert into t values (1, 'a'), (2, 'b')`, 'insert into t values (?)'],
  ['comments, also nested ones', 'select/* a /* b */ c */1 -- d\n+ x', 'select ? + x'],
  ['case and white space, but not of quoted names', 'SELECT  "A" ,\n b.C FROM t ;', 'select "A", b.c from t'],
  ['parameters stay', 'select $1::int8, $2', 'select $1::int8, $2'],
  ['minus between names stays', 'select a-1, a - b', 'select a - ?, a - b'],
  ['operators stay whole', `select x->>'k', a||b, x@>y`, 'select x ->> ?, a || b, x @> y'],
  ['what never ends', `select 'abc def`, 'select ?'],
  ['a comment that never ends', 'select /* abc', 'select'],
])('a shape: %s', (_, sql, shape) => {
  expect(normalize(sql)).toBe(shape)
})

test('a shape is found of any text', () => {
  const piece = fc.oneof(
    fc.constantFrom("'", '"', '$$', '$a$', '/*', '*/', '--', '\n', 'E', '\\', '1', '.', ',', '(', ')', 'x', ' ', ';'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const shape = normalize(pieces.join(''))
      expect(shape.length).toBeLessThanOrEqual(10_000)
    }),
  )
})

test('a long text does not take long: twice the text, about twice the steps', () => {
  for (const piece of ["'", '"', '/*', '$a', "E'\\", '(', '-', '$x$', '1,', "''"]) {
    expect(normalize(piece.repeat(50_000)).length).toBeLessThanOrEqual(10_000)
  }
})
