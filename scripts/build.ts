import { execFileSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

// Makes dist/: the sources as JavaScript, for the package (Node strips no types under
// node_modules), the files that they read beside them, and the admin page.
const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
for (const asset of globSync(['src/**/*.sql', 'src/**/crontab'], { cwd: root })) {
  cpSync(join(root, asset), join(dist, asset))
}
execFileSync(process.execPath, [join(root, 'scripts', 'buildAdmin.ts')], { stdio: 'inherit' })
