import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { checkStores } from '../../src/results/checkStores.ts'
import { createStores } from '../../src/results/stores.ts'
import { createDatabase } from '../helpers/database.ts'
import { startS3 } from '../helpers/s3.ts'

const database = await createDatabase()
const { pool } = database
const s3 = await startS3()
afterAll(() => s3.close())

async function check(settings: Record<string, string>, writes = true): Promise<void> {
  const stores = createStores(pool, loadConfig({}, settings).s3, { attempts: 1 })
  try {
    await checkStores(stores, { writes })
  } finally {
    await stores.close()
  }
}

describe('a start with S3', () => {
  test('uses the bucket once, and leaves nothing there', async () => {
    await expect(check(s3.settings)).resolves.toBeUndefined()
    expect(s3.requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'DELETE'])
    expect(await s3.keys()).toEqual([])
  })

  test.each<[what: string, settings: Record<string, string>, message: string]>([
    [
      'a key without its secret',
      { SLUICE_S3_BUCKET: 'b-b', SLUICE_S3_ACCESS_KEY_ID: 'id' },
      'SLUICE_S3_ACCESS_KEY_ID is set, SLUICE_S3_SECRET_ACCESS_KEY is not. It takes the secret of that access key.',
    ],
    [
      'an address without a bucket',
      { SLUICE_S3_ENDPOINT: 'http://127.0.0.1:9000' },
      'SLUICE_S3_ENDPOINT is set, SLUICE_S3_BUCKET is not. It takes the name of an S3 bucket for results',
    ],
    [
      'a key for an encryption that takes none',
      { ...s3.settings, SLUICE_S3_ENCRYPTION: 'AES256', SLUICE_S3_KMS_KEY_ID: 'key' },
      'SLUICE_S3_KMS_KEY_ID is set. It goes with SLUICE_S3_ENCRYPTION aws:kms or aws:kms:dsse.',
    ],
    [
      'a bucket that does not exist',
      { ...s3.settings, SLUICE_S3_BUCKET: 'nowhere' },
      'it answered NoSuchBucket (404). There is no such bucket: make it, or look at SLUICE_S3_BUCKET.',
    ],
    [
      'the wrong secret',
      { ...s3.settings, SLUICE_S3_SECRET_ACCESS_KEY: 'wrong' },
      'it answered SignatureDoesNotMatch (403). Look at SLUICE_S3_ACCESS_KEY_ID and SLUICE_S3_SECRET_ACCESS_KEY.',
    ],
    [
      'an address where nothing listens',
      { ...s3.settings, SLUICE_S3_ENDPOINT: 'http://127.0.0.1:1' },
      'the connection broke (ECONNREFUSED). Nothing listens there: look at SLUICE_S3_ENDPOINT.',
    ],
    [
      'an address that does not speak TLS',
      { ...s3.settings, SLUICE_S3_ENDPOINT: s3.url.replace('http:', 'https:') },
      'SLUICE_S3_ENDPOINT begins with http:// if it needs none.',
    ],
    [
      'a file of certificates that is not there',
      { ...s3.settings, SLUICE_S3_CA_FILE: '/nowhere.pem' },
      'SLUICE_S3_CA_FILE is "/nowhere.pem", which cannot be read',
    ],
  ])('is refused with %s, and says what to change', async (_, settings, message) => {
    await expect(async () => await check(settings)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(message) as string,
    })
  })

  test('is refused without the right to write, unless the process only reads', async () => {
    s3.fail = ({ method }) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : undefined)
    await expect(check(s3.settings)).rejects.toThrow('The access key needs s3:ListBucket')
    await expect(check(s3.settings, false)).resolves.toBeUndefined()
  })

  test('goes on if S3 is there but overloaded', async () => {
    s3.fail = () => ({ status: 503, code: 'SlowDown' })
    await expect(check(s3.settings)).resolves.toBeUndefined()
    s3.fail = () => undefined
  })
})

describe('a start without S3', () => {
  test('is refused if a lane wants results there', async () => {
    await pool.query(`update sluice.lanes set archive_after_days = 3 where name = 'reports'`)
    const message = 'Lane reports keeps results in S3'
    await expect(check({})).rejects.toThrow(message)
    const stores = createStores(pool, undefined)
    await expect(checkStores(stores, { lanes: ['default'], writes: true })).resolves.toBeUndefined()

    for (const command of ['server', 'worker']) {
      const env = {
        PATH: process.env['PATH'],
        DATABASE_URL: database.url,
        SLUICE_API_KEY: 'x'.repeat(32),
        SLUICE_PORT: '0',
      }
      const run = promisify(execFile)(process.execPath, ['bin/sluice.js', command], { env, timeout: 20_000 })
      await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) as string })
    }
  })

  test('loads nothing of it', async () => {
    const script = `
      import { createStores } from ${JSON.stringify(new URL('../../src/results/stores.ts', import.meta.url).href)}
      import { registerHooks } from 'node:module'
      createStores({ options: { max: 2 } }, { bucket: 'b' })
      process.stdout.write(JSON.stringify(process.moduleLoadList.filter((name) => name.includes('aws-sdk'))))
      process.stdout.write(JSON.stringify(Object.keys((await import('node:module')).createRequire(import.meta.url).cache).filter((path) => path.includes('aws-sdk'))))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout).toBe('[][]')
  })
})
