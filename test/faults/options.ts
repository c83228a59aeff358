import { parseArgs } from 'node:util'
import { UsageError } from '../../src/errors.ts'
import { rigs } from './rigs/all.ts'
import type { Rig } from './rigs/rig.ts'

export interface Options {
  rigs: readonly Rig[]
  seed: number
  repetitions: number | undefined
  minutes: number
  jsonFile: string | undefined
  help: boolean
}

export const usage = `Usage: npm run test:faults -- [rig …] [options]

Brings real faults about and looks at what comes of them. Without names every rig runs:
${rigs.map(({ name, what }) => `\n  ${name.padEnd(14)} ${what}`).join('')}

  --seed <number>         repeats what is drawn (default: the time)
  --repetitions <number>  how often the fault comes (default: as the rig finds right)
  --minutes <number>      no rig begins another repetition after so long (default: 30)
  --json <file>           adds the results to a file; its table tells all of its runs together

It starts PostgreSQL servers of its own in temporary folders. Exits with 1 if an invariant was violated.`

/** Reads the command line; throws UsageError. */
export function readOptions(args: string[]): Options {
  let parsed
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        repetitions: { type: 'string' },
        minutes: { type: 'string', default: '30' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
  const { positionals, values } = parsed
  const unknown = positionals.find((name) => !rigs.some((rig) => rig.name === name))
  if (unknown !== undefined) throw new UsageError(`There is no rig ${JSON.stringify(unknown)}.\n\n${usage}`)
  return {
    rigs: positionals.length === 0 ? rigs : rigs.filter(({ name }) => positionals.includes(name)),
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : wholeNumber('--seed', values.seed, 0),
    repetitions: values.repetitions === undefined ? undefined : wholeNumber('--repetitions', values.repetitions, 1),
    minutes: Number(values.minutes) > 0 ? Number(values.minutes) : fail('--minutes takes a number above 0.'),
    jsonFile: values.json,
    help: values.help,
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  return Number.isInteger(value) && value >= least ? value : fail(`${name} takes a whole number, ${least} or more.`)
}

function fail(message: string): never {
  throw new UsageError(message)
}
