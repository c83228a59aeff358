import { afterAll, describe, expect, test } from 'vitest'
import type { Column } from '../../src/arrow/columns.ts'
import { decodeBatches } from '../../src/arrow/decode.ts'
import { csvRows } from '../../src/results/formats/csvRows.ts'
import { jsonRows } from '../../src/results/formats/jsonRows.ts'
import { SourceConnections } from '../../src/sources/connections.ts'
import { readers } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { rowText, textsOf } from '../results/ourTexts.ts'
import { grants, hostileValues, selectValues, setup, type TypeCase } from './hostileValues.ts'
import { psqlRows } from './psql.ts'
import { runStatement, sourceAt, type RunResult } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, { setup, grants })
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

const run = (sql: string, params: unknown[] = []): Promise<RunResult> =>
  runStatement(connections, source, sql, { params })

/** The values of a column as its text cast has them. */
async function castToText(sql: string): Promise<(string | null)[]> {
  return textsOf(await run(`select v::text from (${sql}) t`))
}

describe.each(Object.entries(hostileValues))('%s', (family, cases) => {
  test.each(cases.filter(({ becomesText }) => !becomesText))(
    '$type is $arrow, and comes out as psql prints it, by every reader',
    async (typeCase) => {
      const { arrow } = typeCase
      const sql = selectValues(typeCase)
      const { columns, stream } = await run(sql)
      const printed = await psqlRows(database.roleUrl, sql, 1)
      expectColumn(columns, typeCase)
      expect(printed).toHaveLength(typeCase.values.length + 1)
      expect(printed[0]).toEqual([null])
      for (const [reader, read] of Object.entries(readers)) {
        const table = read(stream)
        expect(table.rows, `read by ${reader}`).toEqual(printed)
        expect(table.fields, `read by ${reader}`).toMatchObject([{ ...fieldOf(typeCase), type: arrow }])
      }
    },
  )

  const texts = cases.filter(({ becomesText }) => becomesText)
  test.runIf(texts.length > 0).each(texts)(
    '$type is text if there are $values, and PostgreSQL reads it back as the same values',
    async (typeCase) => {
      const sql = selectValues(typeCase)
      const result = await run(sql)
      expectColumn(result.columns, typeCase)
      const ours = textsOf(result)
      expect(ours).toHaveLength(typeCase.values.length + 1)
      expect(ours[0]).toBe(null)
      for (const [reader, read] of Object.entries(readers)) {
        const table = read(result.stream)
        expect(table.rows, `read by ${reader}`).toEqual(ours.map((text) => [text]))
        expect(table.fields, `read by ${reader}`).toMatchObject([{ ...fieldOf(typeCase), type: 'Utf8' }])
      }
      const back = `select v::${typeCase.type} as v from json_array_elements_text($1) with ordinality t (v, i) order by i`
      expect(textsOf(await run(`select v::text from (${back}) t`, [{ type: 'json', value: ours }]))).toEqual(
        await castToText(sql),
      )
    },
  )

  test('have the forms of the golden file', async () => {
    const sections: string[] = []
    for (const typeCase of cases) {
      const sql = selectValues(typeCase)
      const { columns, batches } = await run(sql)
      const cast = await castToText(sql)
      const [batch] = decodeBatches(batches[0]!.message, columns, 0)
      const lines = typeCase.values.map((value, i) =>
        [
          value,
          `text  ${JSON.stringify(cast[i + 1])}`,
          `json  ${rowText(jsonRows, batch!, i + 1).slice(1, -1)}`,
          `csv   ${JSON.stringify(rowText(csvRows, batch!, i + 1).slice(0, -2))}`,
        ]
          .map(shortened)
          .join('\n  '),
      )
      sections.push(`# ${typeCase.type}, ${typeCase.arrow}`, ...lines, '')
    }
    await expect(sections.join('\n')).toMatchFileSnapshot(`golden/${family}.txt`)
  })
})

function shortened(line: string): string {
  return line.length <= 200 ? line : `${line.slice(0, 100)} … ${line.length} characters … ${line.slice(-50)}`
}

function expectColumn(columns: readonly Column[], { type, shown = type }: TypeCase): void {
  expect(columns).toMatchObject([{ name: 'v', type: shown }])
}

function fieldOf({ type, shown = type, extension }: TypeCase): object {
  return {
    name: 'v',
    metadata: {
      'sluice.type': shown,
      ...(extension && { 'ARROW:extension:name': extension, 'ARROW:extension:metadata': '' }),
    },
  }
}

test('a row of every type at once comes out as psql prints it', async () => {
  const all = Object.values(hostileValues).flat()
  const columns = all
    .filter(({ becomesText }) => !becomesText)
    .flatMap(({ type, values }) => values.map((value) => `(${value})::${type}`))
  const nulls = all.map(({ type }) => `null::${type}`)
  const sql = `select ${[...columns, ...nulls].map((column, i) => `${column} as c${i}`).join(', ')}`
  const { stream } = await run(sql)
  const printed = await psqlRows(database.roleUrl, sql, columns.length + nulls.length)
  for (const [reader, read] of Object.entries(readers)) {
    expect(read(stream).rows, `read by ${reader}`).toEqual(printed)
  }
})

describe('types that only a statement makes', () => {
  test.each([
    ['an anonymous row', `select row(1, 'a', null)`, 'record', ['(1,a,)']],
    ['an array of them', `select array[row(1, 'a'), null]`, 'record[]', ['{"(1,a)",NULL}']],
    ['void', 'select pg_sleep(0)', 'void', ['']],
    ['an unknown literal, which PostgreSQL takes as text', `select 'x'`, 'text', ['x']],
    ['a null without a type', 'select null', 'text', [null]],
    ['what SHOW gives', 'show standard_conforming_strings', 'text', ['on']],
    [
      'any array',
      `select most_common_vals from pg_stats where tablename = 'pg_type' and attname = 'typlen' limit 0`,
      'anyarray',
      undefined,
    ],
  ])('%s', async (_, sql, type, row) => {
    const { columns, stream } = await run(sql)
    expect(columns).toMatchObject([{ type }])
    for (const read of Object.values(readers)) expect(read(stream).rows).toEqual(row === undefined ? [] : [row])
  })

  test('EXPLAIN gives its lines', async () => {
    const { columns, stream } = await run('explain (costs off) select 1')
    expect(columns).toMatchObject([{ name: 'QUERY PLAN', type: 'text' }])
    for (const read of Object.values(readers)) expect(read(stream).rows).toEqual([['Result']])
  })
})
