import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { readSql } from '../../src/cli/client/readSql.ts'
import { UsageError } from '../../src/errors.ts'

const folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
afterAll(() => rm(folder, { recursive: true }))

/** Standard input that holds so much. */
function input(content: string | Buffer, isTTY = false): NodeJS.ReadStream {
  return Object.assign(Readable.from([Buffer.from(content)]), { isTTY }) as unknown as NodeJS.ReadStream
}

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, `${Math.random()}.sql`)
  await writeFile(path, content)
  return path
}

test('SQL comes from the argument, from a file, or from standard input', async () => {
  expect(await readSql('select 1', undefined, input('select 2'))).toBe('select 1')
  expect(await readSql(undefined, await file('select 3'), input('select 2'))).toBe('select 3')
  expect(await readSql(undefined, undefined, input('select 2'))).toBe('select 2')
  expect(await readSql('-', undefined, input('select 2'))).toBe('select 2')
  expect(await readSql(undefined, '-', input('select 2'))).toBe('select 2')
})

test('the byte order mark that some editors write is no part of the statement', async () => {
  expect(await readSql(undefined, await file('\ufeffselect 1'), input(''))).toBe('select 1')
})

test('without SQL the command says how to give some, and does not wait at a terminal', async () => {
  await expect(readSql(undefined, undefined, input('', true))).rejects.toThrow(/-f file\.sql/)
  await expect(readSql(undefined, undefined, input(' \n'))).rejects.toThrow(UsageError)
  await expect(readSql('select 1', 'a.sql', input(''))).rejects.toThrow(/not both/)
})

test('a file that is not there, or is no text, is named', async () => {
  await expect(readSql(undefined, join(folder, 'none.sql'), input(''))).rejects.toThrow(/none\.sql \(ENOENT\)/)
  const latin1 = await file(Buffer.from([0x73, 0xe9]))
  await expect(readSql(undefined, latin1, input(''))).rejects.toThrow(/is not UTF-8 text/)
})
