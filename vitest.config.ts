import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { chromiumPath } from './test/helpers/chromium.ts'
import { pgbouncerPath } from './test/helpers/pgbouncerPath.ts'

// Test files have a process each; types are stripped and modules compiled once for all, and for what they start.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled')

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The run says so; see test/globalSetup.ts.
    exclude: [
      ...configDefaults.exclude,
      ...(chromiumPath === undefined ? ['test/admin/browser/**'] : []),
      ...(pgbouncerPath === undefined ? ['test/poolers/**'] : []),
    ],
    globalSetup: ['test/globalSetup.ts'],
    setupFiles: ['test/helpers/setup.ts'],
    pool: 'forks',
    // The server under the tests and the workers that they start need a processor too.
    maxWorkers: 2,
    // A poll waits for what comes within a second or two, also on a machine that does much else.
    expect: { requireAssertions: true, poll: { timeout: 30_000 } },
    // Node itself runs the sources, as it does outside of tests.
    experimental: { viteModuleRunner: false },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
