import { mkdir, writeFile } from 'node:fs/promises'
import { arch, availableParallelism, cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { exitCodes } from '../src/cli/exitCodes.ts'
import { onStopSignal } from '../src/cli/signals.ts'
import { UsageError } from '../src/errors.ts'
import { packageRoot } from '../src/packageRoot.ts'
import { version } from '../src/version.ts'
import { partNames, readOptions, usage, type Options } from './options.ts'
import { measureAdminPage } from './parts/adminPage.ts'
import type { PartContext } from './parts/context.ts'
import { measureCostOfCounting } from './parts/costOfCounting.ts'
import { measureDownloads } from './parts/downloads.ts'
import { measureFirstRows } from './parts/firstRows.ts'
import { measureFormats } from './parts/formats.ts'
import { measureHistory } from './parts/history.ts'
import { measureLargeResults } from './parts/largeResult.ts'
import { measureManyDownloads } from './parts/manyDownloads.ts'
import { measureShapes } from './parts/shapes.ts'
import { measureSmallQueries } from './parts/smallQueries.ts'
import { measureTakeOver } from './parts/takeOver.ts'
import { measureWindows } from './parts/windows.ts'
import { tables, targets, type Figures } from './report.ts'
import { withStack, type Stack } from './stack.ts'

const parts = {
  a: measureSmallQueries,
  b: measureLargeResults,
  c: measureDownloads,
  d: measureFirstRows,
  e: measureFormats,
  f: measureManyDownloads,
  g: measureWindows,
  h: measureShapes,
  i: measureHistory,
  j: measureTakeOver,
  k: measureAdminPage,
  l: measureCostOfCounting,
}

async function bench(options: Options, signal: AbortSignal): Promise<void> {
  const figures: Figures = {}
  let environment: object | undefined
  const { DATABASE_URL: databaseUrl } = process.env
  await withStack({ databaseUrl, profileFolder: options.profileFolder, signal, say }, async (stack) => {
    environment = await describeEnvironment(stack, options)
    const context: PartContext = { stack, quick: options.quick, signal, say }
    for (const part of options.parts) {
      say(`(${part}) ${partNames[part]}`)
      Object.assign(figures, { [part]: await parts[part](context) })
    }
  })
  say(`\n${tables(figures)}`)
  const file =
    options.jsonFile ?? join(packageRoot, 'bench', 'results', `${new Date().toISOString().replaceAll(':', '-')}.json`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify({ environment, figures, targets: targets(figures) }, undefined, 2)}\n`)
  say(`\nWritten to ${file}`)
}

/** Figures mean nothing without what they were measured on. */
async function describeEnvironment({ control }: Stack, options: Options): Promise<object> {
  const { rows } = await control.query<{ name: string; setting: string }>(
    `select name, current_setting(name) as setting from pg_settings
     where name in ('server_version', 'shared_buffers', 'fsync', 'synchronous_commit', 'max_wal_size')`,
  )
  return {
    measured_at: new Date().toISOString(),
    sluice: version,
    node: process.version,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model,
    architecture: arch(),
    memory_bytes: totalmem(),
    postgres: Object.fromEntries(rows.map(({ name, setting }) => [name, setting])),
    options,
  }
}

function say(text: string): void {
  console.log(text)
}

const stop = new AbortController()
onStopSignal(
  () => stop.abort(new Error('Interrupted')),
  () => say('Still cleaning up …'),
)
try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) say(usage)
  else await bench(options, stop.signal)
} catch (error) {
  if (stop.signal.aborted) {
    console.error('Interrupted.')
    process.exitCode = exitCodes.interrupted
  } else if (error instanceof UsageError) {
    console.error(error.message)
    process.exitCode = exitCodes.usage
  } else {
    console.error(error)
    process.exitCode = exitCodes.failed
  }
}
