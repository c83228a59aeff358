/**
 * Values of random types, read through the whole path and given back to PostgreSQL: whatever
 * the Arrow stream, CSV and JSON hold, PostgreSQL takes for the value that it sent.
 */
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { formatText, type TextFormat } from '../../src/results/formats/text.ts'
import { compress } from '../../src/results/frames.ts'
import type { Manifest } from '../../src/results/manifest.ts'
import type { ReadChunk } from '../../src/results/store.ts'
import { SourceConnections } from '../../src/sources/connections.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { parseCsv } from '../results/rfc4180.ts'
import { anyType, jsonLiteral, type AnyType } from './anyType.ts'
import { runStatement, sourceAt, type RunResult } from './session.ts'

const control = await createDatabase()
const database = await createSource(control)
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

async function formatted(as: TextFormat, { columns, batches, rows }: RunResult): Promise<string> {
  async function* chunks(): AsyncGenerator<ReadChunk> {
    let firstRow = 0
    for (const [n, { message, rows }] of batches.entries()) {
      yield { n, firstRow, rows, rawBytes: message.length, frame: await compress(message), release: () => undefined }
      firstRow += rows
    }
  }
  const pieces: Buffer[] = []
  const window = { from: 0, to: rows }
  for await (const piece of formatText(as, { columns, rows } as Manifest, chunks(), window)) {
    pieces.push(Buffer.from(piece))
  }
  return Buffer.concat(pieces).toString()
}

/** What PostgreSQL prints for literals of a type. */
async function printed(type: string, literals: readonly (string | null)[]): Promise<(string | null)[]> {
  const { rows } = await database.pool.query<{ v: string | null }>(
    `select v::${type}::text as v from unnest($1::text[]) with ordinality t (v, i) order by i`,
    [literals],
  )
  return rows.map(({ v }) => v)
}

let types = 0

/** Makes the composite types and domains in a type; its name. */
async function create(type: AnyType): Promise<string> {
  switch (type.kind) {
    case 'plain':
      return type.name
    case 'array':
      return `${await create(type.item)}[]`
    case 'domain': {
      const name = `d${++types}`
      await database.pool.query(`create domain ${name} as ${await create(type.base)}`)
      return name
    }
    case 'composite': {
      const fields: string[] = []
      for (const field of type.fields) fields.push(await create(field))
      const name = `c${++types}`
      await database.pool.query(`create type ${name} as (${fields.map((field, i) => `f${i} ${field}`).join()})`)
      return name
    }
  }
}

test('values of random types mean in Arrow, CSV and JSON what they mean to PostgreSQL', async () => {
  const values = anyType.chain((type) =>
    fc.tuple(fc.constant(type), fc.array(type.literal, { minLength: 1, maxLength: 12 })),
  )
  await fc.assert(
    fc.asyncProperty(values, async ([type, literals]) => {
      const name = await create(type)
      const expected = await printed(name, literals)
      const result = await runStatement(
        connections,
        source,
        `select v::${name} as v from unnest($1) with ordinality t (v, i) order by i`,
        { params: [{ type: 'text[]', value: literals }] },
      )
      const arrow = flechette(result.stream).rows.map(([value]) => value!)
      const csv = parseCsv(await formatted('csv', result)).slice(1)
      const json = (await formatted('ndjson', result)).split('\n').slice(0, -1)
      expect({
        arrow: await printed(name, arrow),
        csv: await printed(
          name,
          csv.map(([cell]) => cell!),
        ),
        json: await printed(
          name,
          json.map((line) => jsonLiteral(type, line.slice(1, -1))),
        ),
      }).toEqual({ arrow: expected, csv: expected, json: expected })
    }),
    { numRuns: 120 },
  )
})
