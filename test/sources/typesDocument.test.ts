import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { decodeBatches } from '../../src/arrow/decode.ts'
import { csvRows } from '../../src/results/formats/csvRows.ts'
import { jsonRows } from '../../src/results/formats/jsonRows.ts'
import { SourceConnections } from '../../src/sources/connections.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { rowText } from '../results/ourTexts.ts'
import { grants, setup } from './hostileValues.ts'
import { runStatement, sourceAt } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, { setup, grants })
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

interface DocumentedType {
  type: string
  arrow: string
  example: string
  json: string
  csv: string
}

const document = await readFile(new URL('../../docs/types.md', import.meta.url), 'utf8')

/** The rows of the tables: every cell is code. */
const documented: DocumentedType[] = document
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [type, arrow, example, json, csv] = [...line.matchAll(/\| `(.*?)` +(?=\|)/g)].map(([, code]) => code!)
    return { type: type!, arrow: arrow!, example: example!, json: json!, csv: csv! }
  })

test('docs/types.md has a table of types', () => {
  expect(documented.length).toBeGreaterThan(40)
  expect(documented.filter((row) => Object.values(row).includes(undefined as never))).toEqual([])
})

describe('as docs/types.md says', () => {
  test.each(documented)(
    '$type $example is $arrow, $json in JSON and $csv in CSV',
    async ({ type, arrow, example, json, csv }) => {
      const expression = type === 'record' ? example : `(${example})::${type}`
      const { columns, batches, stream } = await runStatement(
        connections,
        source,
        `select ${expression} as v, null::${type === 'record' ? 'text' : type}`,
      )
      expect(columns[0]!.type).toBe(type)
      expect(flechette(stream).fields[0]!.type).toBe(arrow)
      const [batch] = decodeBatches(batches[0]!.message, columns, 0)
      expect(rowText(jsonRows, batch!, 0)).toBe(`[${json},null]`)
      expect(rowText(csvRows, batch!, 0)).toBe(`${csv},\r\n`)
    },
  )
})
