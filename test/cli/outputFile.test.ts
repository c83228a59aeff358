import { once } from 'node:events'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openOutput } from '../../src/cli/client/outputFile.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a file appears under its name when it is whole, not before', async () => {
  const path = join(folder, 'a.csv')
  const output = await openOutput(path)
  output.stream.write('half,')
  await expect(stat(path)).rejects.toThrow('ENOENT')
  output.stream.end('whole')
  await once(output.stream, 'close')
  await output.commit()
  expect(await readFile(path, 'utf8')).toBe('half,whole')
  expect(await readdir(folder)).toEqual(['a.csv'])
})

test('what was there stays as it was until the new file is whole, and stays if it never is', async () => {
  const path = join(folder, 'a.csv')
  await writeFile(path, 'old')
  const output = await openOutput(path)
  output.stream.write('new')
  expect(await readFile(path, 'utf8')).toBe('old')
  output.discard()
  await once(output.stream, 'close')
  expect(await readFile(path, 'utf8')).toBe('old')
  expect(await readdir(folder)).toEqual(['a.csv'])
})

test('the new file has the permissions of the old one, and a link stays a link', async () => {
  const path = join(folder, 'a.csv')
  const link = join(folder, 'link.csv')
  await writeFile(path, 'old')
  await chmod(path, 0o600)
  await symlink('a.csv', link)
  const output = await openOutput(link)
  output.stream.end('new')
  await once(output.stream, 'close')
  await output.commit()
  expect(await readFile(path, 'utf8')).toBe('new')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
})

test('a device is written directly', async () => {
  const output = await openOutput('/dev/null')
  output.stream.end('gone')
  await once(output.stream, 'close')
  await output.commit()
  expect((await stat('/dev/null')).isFile()).toBe(false)
})

test('a path that cannot be written to is told before anything runs', async () => {
  await mkdir(join(folder, 'sub'))
  await writeFile(join(folder, 'file'), '')
  await expect(openOutput(join(folder, 'sub'))).rejects.toThrow('it is a folder')
  await expect(openOutput(join(folder, 'none', 'a.csv'))).rejects.toThrow('the folder does not exist')
  await expect(openOutput(join(folder, 'file', 'a.csv'))).rejects.toThrow('the folder does not exist')
})
