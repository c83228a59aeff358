import { parseArgs } from 'node:util'
import { UsageError } from '../src/errors.ts'

/** The parts of the bench, by the letter that `--only` takes. */
export const partNames = {
  a: 'small queries',
  b: 'large results into the store',
  c: 'downloads',
  d: 'first rows of a long query',
  e: 'formats',
  f: 'many downloads at a time',
  g: 'windows',
  h: 'other shapes, and memory',
  i: 'lists with a long history',
  j: 'the beat, taken over',
  k: 'the admin page in Chromium, with a long history',
  l: 'what metrics and events cost',
} as const

export type Part = keyof typeof partNames

export interface Options {
  parts: Part[]
  /** Shorter windows, smaller results: shows that everything works, gives rough figures. */
  quick: boolean
  /** Where the figures go as JSON; undefined: bench/results/. */
  jsonFile: string | undefined
  /** Folder that CPU profiles of server and worker are written to. */
  profileFolder: string | undefined
  help: boolean
}

export const usage = `Usage: npm run bench -- [options]

  --only <letters>   run these parts only , such as a,c:
${Object.entries(partNames)
  .map(([letter, what]) => `                       ${letter}: ${what}`)
  .join('\n')}
  --quick            shorter and smaller, for a first look
  --json <file>      where the figures go (default: bench/results/<time>.json)
  --profile <folder> write CPU profiles of server and worker there; slows both down

The bench starts a PostgreSQL of its own in a temporary folder. With DATABASE_URL it uses
that server instead, in databases of its own that it makes and drops; part l starts three more in any case.`

/** Reads the command line; throws UsageError. */
export function readOptions(args: string[]): Options {
  let values
  try {
    values = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
  const letters = (values.only ?? Object.keys(partNames).join()).split(',').map((letter) => letter.trim())
  const unknown = letters.find((letter) => !(letter in partNames))
  if (unknown !== undefined) {
    throw new UsageError(
      `--only names ${JSON.stringify(unknown)}. It takes letters of ${Object.keys(partNames).join()}.`,
    )
  }
  return {
    parts: (Object.keys(partNames) as Part[]).filter((part) => letters.includes(part)),
    quick: values.quick,
    jsonFile: values.json,
    profileFolder: values.profile,
    help: values.help,
  }
}
