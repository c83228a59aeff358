import { availableParallelism, cpus, totalmem } from 'node:os'
import { exitCodes } from '../../src/cli/exitCodes.ts'
import { UsageError } from '../../src/errors.ts'
import { readOptions, usage, type Options } from './options.ts'
import { addEntries, renderReport, type Entry } from './report.ts'
import type { Rig } from './rigs/rig.ts'
import { startFaultPostgres } from './stack/postgres.ts'

const minuteMs = 60_000

async function runRigs(options: Options): Promise<Entry[]> {
  // Rigs that restart PostgreSQL start servers of their own.
  const server = await startFaultPostgres({ max_connections: '300' })
  const entries: Entry[] = []
  try {
    for (const rig of options.rigs) entries.push(await runRig(rig, options, server.adminUrl))
    return entries
  } finally {
    await server.stop()
  }
}

async function runRig(rig: Rig, { seed, repetitions, minutes }: Options, serverUrl: string): Promise<Entry> {
  const about = { rig: rig.name, at: new Date().toISOString(), seed, counts: [], measures: [], violations: [] }
  const skipped = await rig.unavailable?.()
  if (skipped !== undefined) {
    say(`${rig.name}: SKIPPED: ${skipped}`)
    return { ...about, skipped }
  }
  say(`${rig.name} (seed ${seed}): ${rig.what}`)
  const untilMs = performance.now() + minutes * minuteMs
  try {
    const result = await rig.run({
      seed,
      untilMs,
      serverUrl,
      say,
      ...(repetitions === undefined ? {} : { repetitions }),
    })
    for (const violation of result.violations) say(`  VIOLATION ${violation}`)
    return { ...about, ...result }
  } catch (error) {
    say(`  The rig itself failed: ${(error as Error).stack}`)
    return { ...about, violations: [`the rig itself failed: ${(error as Error).message}`] }
  }
}

function say(text: string): void {
  console.log(text)
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) say(usage)
  else {
    const cpu = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`
    say(`Node ${process.version} on ${cpu}`)
    const entries = await runRigs(options)
    const all = options.jsonFile === undefined ? entries : await addEntries(options.jsonFile, entries)
    say(`\n${renderReport(all)}`)
    if (entries.some(({ violations }) => violations.length > 0)) process.exitCode = exitCodes.failed
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = exitCodes.usage
}
