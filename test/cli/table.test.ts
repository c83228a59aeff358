import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { fitWidths, formatTable, type TableCell, type TableColumn } from '../../src/cli/client/table.ts'

const left = (name: string): TableColumn => ({ name, align: 'left' })
const right = (name: string): TableColumn => ({ name, align: 'right' })
const cells = (...texts: string[]): TableCell[] => texts.map((text) => ({ text }))
const padding = 2
const separator = 1

test('a table has a line under its head, text to the left and numbers to the right', () => {
  const { text } = formatTable([left('kind'), right('count')], [cells('view', '5'), cells('refund', '1234')], 80)
  expect(text).toBe([' kind   │ count', '────────┼───────', ' view   │     5', ' refund │  1234'].join('\n'))
})

test('a cell that has no room is cut and says so', () => {
  const { text } = formatTable([left('a'), left('b')], [cells('short', 'a text that is much too long')], 20)
  expect(text.split('\n').at(-1)).toBe(' short │ a text th…')
})

test('wide characters take two columns, and are not cut in half', () => {
  const { text } = formatTable([left('a'), left('b')], [cells('日本語テキスト', 'x')], 16)
  expect(text.split('\n').at(-1)).toBe(' 日本語テ…  │ x')
})

test('characters that are put together from several stay together', () => {
  const accented = 'e\u0301'.repeat(10)
  const { text } = formatTable([left('a')], [cells(accented)], 7)
  expect(text.split('\n').at(-1)).toBe(` ${'e\u0301'.repeat(4)}…`)
})

test('numbers stay whole while text is cut', () => {
  const { text } = formatTable([left('text'), right('n')], [cells('a text that is much too long', '1234567890123')], 30)
  expect(text.split('\n').at(-1)).toBe(' a text that… │ 1234567890123')
})

test('the name of a column of numbers is cut before another column is left out', () => {
  const { text, shownColumns } = formatTable([left('name'), right('connections')], [cells('source', '16')], 17)
  expect(shownColumns).toBe(2)
  expect(text.split('\n')[0]).toBe(' name   │ conne…')
})

test('columns that have no room are left out, the last ones first, and counted', () => {
  const columns = ['a', 'b', 'c', 'd'].map(left)
  const { text, shownColumns } = formatTable(columns, [cells(...['1', '2', '3', '4'].map((n) => n.repeat(9)))], 20)
  expect(shownColumns).toBe(2)
  expect(text.split('\n')[0]).toMatch(/^ a +│ b$/)
})

test('columns of a higher rank are left out before others', () => {
  const columns = [left('id'), { ...left('lane'), rank: 9 }, left('sql')]
  const { text } = formatTable(columns, [cells('12345678', 'default', 'select 1')], 20)
  expect(text.split('\n')[0]).toMatch(/^ id +│ sql$/)
})

test('without a width nothing is cut', () => {
  const long = 'x'.repeat(5000)
  expect(formatTable([left('a'), left('b')], [cells(long, long)], Infinity).text).toContain(`${long} │ ${long}`)
})

test('a table without rows shows its head, one without columns is empty', () => {
  expect(formatTable([left('a')], [], 80)).toEqual({ text: ' a\n───', shownColumns: 1 })
  expect(formatTable([], [[], []], 80)).toEqual({ text: '', shownColumns: 0 })
})

test('what paints a cell gets it cut already', () => {
  const paint = (text: string): string => `\u001b[2m${text}\u001b[22m`
  const { text } = formatTable([left('a')], [[{ text: 'much too long', paint }]], 8)
  expect(text.split('\n').at(-1)).toContain('\u001b[2mmuch …\u001b[22m')
})

test('no line is wider than the terminal, whatever the columns and cells are', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '字', 'é', 'e\u0301', '👩‍🚀', ' ', '-'), maxLength: 60 }),
    fc.integer().map(String),
  )
  const table = fc.integer({ min: 1, max: 12 }).chain((width) =>
    fc.record({
      columns: fc.array(fc.record({ name: text, align: fc.constantFrom('left' as const, 'right' as const) }), {
        minLength: width,
        maxLength: width,
      }),
      rows: fc.array(fc.array(text, { minLength: width, maxLength: width }), { maxLength: 5 }),
      terminal: fc.integer({ min: 12, max: 200 }),
    }),
  )
  fc.assert(
    fc.property(table, ({ columns, rows, terminal }) => {
      const formatted = formatTable(
        columns,
        rows.map((row) => cells(...row)),
        terminal,
      )
      const widest = Math.max(...formatted.text.split('\n').map((line) => stringWidth(line)))
      expect(widest).toBeLessThanOrEqual(terminal)
      expect(formatted.shownColumns).toBeGreaterThan(0)
      expect(formatted.text.split('\n')).toHaveLength(rows.length + 2)
    }),
  )
  expect.hasAssertions()
})

test('the room is used: no column is cut while there is some left', () => {
  const need = fc
    .record({ least: fc.integer({ min: 1, max: 24 }), more: fc.integer({ min: 0, max: 60 }), rank: fc.nat(20) })
    .map(({ least, more, rank }) => ({ least, natural: least + more, rank }))
  fc.assert(
    fc.property(fc.array(need, { minLength: 1, maxLength: 12 }), fc.integer({ min: 30, max: 300 }), (needs, width) => {
      const widths = fitWidths(needs, width)
      const shown = widths.filter((columns) => columns > 0)
      const used = shown.reduce((sum, columns) => sum + columns + padding + separator, -separator)
      const isCut = widths.some((columns, i) => columns > 0 && columns < needs[i]!.natural)
      expect(used).toBeLessThanOrEqual(width)
      expect(isCut && used < width).toBe(false)
    }),
  )
  expect.hasAssertions()
})
