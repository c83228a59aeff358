import { expect, test } from 'vitest'
import { renderProblem, renderQueryError } from '../../src/cli/client/renderError.ts'
import { sqlExcerpt } from '../../src/cli/client/sqlExcerpt.ts'
import { textWidth } from '../../src/cli/client/textWidth.ts'

const plain = (_format: unknown, text: string): string => text
const problem = {
  type: 'about:blank',
  title: 'Title',
  status: 400,
  detail: '',
  code: 'invalid_request',
  retryable: false,
}

/** Position from 1, in characters, of a part of a statement. */
function positionOf(sql: string, part: string): number {
  return Array.from(sql.slice(0, sql.indexOf(part))).length + 1
}

test('an error of the source shows message, SQLSTATE, the line with a caret, and the hint', () => {
  const sql = 'select *\n  from nope\n where true'
  const error = {
    code: 'sql_error',
    message: 'relation "nope" does not exist',
    retryable: false,
    sqlstate: '42P01',
    position: positionOf(sql, 'nope'),
    hint: 'Perhaps you meant "hope".',
  }
  expect(renderQueryError(sql, error, 80, plain)).toBe(
    [
      'Error: relation "nope" does not exist (SQLSTATE 42P01)',
      'Line 2:   from nope',
      '               ^',
      'Hint: Perhaps you meant "hope".',
    ].join('\n'),
  )
})

test('an error without SQLSTATE shows its code, one without a position no line', () => {
  const error = { code: 'statement_timeout', message: 'It ran too long.', retryable: false }
  expect(renderQueryError('select 1', error, 80, plain)).toBe('Error: It ran too long. (statement_timeout)')
})

test('the caret stands below the character, also behind wide characters, tabs and characters of two code units', () => {
  for (const before of ["select '日本', ", '\tselect\t', "select '👩', ", "select 'e\u0301', "]) {
    const sql = `${before}nope`
    const excerpt = sqlExcerpt(sql, positionOf(sql, 'nope'), 80)!
    expect(textWidth(excerpt.line.slice(0, excerpt.line.indexOf('nope')))).toBe(excerpt.indent)
  }
})

test('of a line that is longer than the terminal the part around the caret is shown', () => {
  const sql = `select ${'a, '.repeat(100)}nope, ${'b, '.repeat(100)}c`
  const excerpt = sqlExcerpt(sql, positionOf(sql, 'nope'), 40)!
  expect(excerpt.line.slice(excerpt.indent)).toMatch(/^nope, b/)
  expect(excerpt.line).toMatch(/^….*…$/)
  expect(textWidth(excerpt.line)).toBe(40)
})

test('a position at the end of the statement points behind its last character', () => {
  expect(sqlExcerpt('select', 7, 80)).toEqual({ lineNumber: 1, line: 'select', indent: 6 })
  expect(sqlExcerpt('select\n', 8, 80)).toEqual({ lineNumber: 2, line: '', indent: 0 })
  expect(sqlExcerpt('select\r\n1', 3, 80)).toEqual({ lineNumber: 1, line: 'select', indent: 2 })
  expect(sqlExcerpt('\nselect', 1, 80)).toEqual({ lineNumber: 1, line: '', indent: 0 })
})

test('a position outside of the statement is ignored', () => {
  expect(sqlExcerpt('select', 0, 80)).toBeUndefined()
  expect(sqlExcerpt('select', 8, 80)).toBeUndefined()
})

test('a refusal shows title, code, detail and the fields that the detail does not name', () => {
  const errors = [
    { path: 'priority', message: 'Too big' },
    { path: 'lane', message: 'Not a name' },
  ]
  expect(renderProblem({ ...problem, detail: 'priority: Too big', errors }, plain)).toBe(
    ['Error: Title (invalid_request)', '  priority: Too big', '  lane: Not a name'].join('\n'),
  )
})

test('a refusal for want of a key says where the key goes', () => {
  expect(renderProblem({ ...problem, code: 'unauthorized' }, plain)).toContain('set SLUICE_API_KEY')
})

test('what a message holds is shown, not obeyed', () => {
  const error = { code: 'sql_error', message: 'a\u001b[2Jb', retryable: false }
  expect(renderQueryError('', error, 80, plain)).toContain('a\\u{1b}[2Jb')
})
