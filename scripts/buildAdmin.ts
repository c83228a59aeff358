import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

// Makes dist/admin/, the admin page as browsers get it, from src/admin/page, unless it is there
// already and nothing has changed.

// React brings its warnings for developers unless told so; a test run says otherwise.
process.env['NODE_ENV'] = 'production'
const root = join(import.meta.dirname, '..')
const target = join(root, 'dist', 'admin')
const stampFile = join(target, '.built-from')

/** What the page is made of: its sources and the versions of its libraries. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const files = globSync('src/admin/page/**/*.*', { cwd: root }).sort()
  for (const file of [...files, 'package-lock.json', 'scripts/adminVite.ts', 'scripts/buildAdmin.ts']) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

async function build(): Promise<void> {
  const stamp = fingerprint()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  const vite = await import('vite').catch(() => undefined)
  if (vite === undefined) {
    console.warn('The admin page is not built: npm ci without --omit=dev brings what that takes.')
    return
  }
  // Apart first: a server may be reading what is there, and another build may run.
  const folder = `${target}-${process.pid}`
  await vite.build({
    configFile: join(root, 'scripts/adminVite.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  })
  for (const file of globSync('assets/*.{js,css,svg}', { cwd: folder })) compress(join(folder, file))
  writeFileSync(join(folder, '.built-from'), stamp)
  rmSync(target, { recursive: true, force: true })
  renameSync(folder, target)
}

/** The forms that browsers take, beside the file. */
function compress(file: string): void {
  const plain = readFileSync(file)
  writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }))
  const parameters = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length }
  writeFileSync(`${file}.br`, brotliCompressSync(plain, { params: parameters }))
}

await build()
