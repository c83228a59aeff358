import { extname } from 'node:path'
import { Option, type Command } from 'commander'
import { UsageError } from '../../errors.ts'
import type { ResultFormat } from './apiTypes.ts'
import { wholeNumber } from './optionValues.ts'

const formats = ['table', 'csv', 'json', 'ndjson', 'arrow', 'msgpack', 'parquet'] as const
/** What a terminal cannot show. */
const binary: ReadonlySet<string> = new Set<ResultFormat>(['arrow', 'msgpack', 'parquet'])
const defaultTableRows = 100
/** A terminal is no place for more; a file is. */
const mostTableRows = 10_000

const formatOfExtension: Readonly<Record<string, ResultFormat>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
  '.msgpack': 'msgpack',
  '.parquet': 'parquet',
}

/** The options that say how a result is shown or kept, shared by `query` and `result`. */
export interface ResultOptions {
  format?: (typeof formats)[number]
  output?: string
  maxRows: number
}

/** Adds the options of a result to a command. */
export function addResultOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <name>', 'how the result is written (default: by the name of -o, or table)').choices(
        formats,
      ),
    )
    .option('-o, --output <path>', 'write the result to a file; - is standard output')
    .option('--max-rows <number>', 'rows that a table shows', wholeNumber(0, mostTableRows), defaultTableRows)
}

/**
 * The format and file that the options mean; the format is undefined for a table.
 *
 * @throws UsageError if they do not go together
 */
export function resultTarget(
  { format, output }: Pick<ResultOptions, 'format' | 'output'>,
  stdoutIsTerminal: boolean = process.stdout.isTTY,
): { format: ResultFormat | undefined; path: string | undefined } {
  const path = output === '-' ? undefined : output
  const named = format ?? (path === undefined ? 'table' : formatOfExtension[extname(path).toLowerCase()])
  if (named === undefined || (named === 'table' && path !== undefined)) {
    throw new UsageError(`A result goes to ${path} as ${formats.slice(1).join(', ')}: say which with --format.`)
  }
  if (binary.has(named) && path === undefined && stdoutIsTerminal) {
    throw new UsageError(`${named} is binary, and standard output is a terminal. Name a file with -o, or use a pipe.`)
  }
  return { format: named === 'table' ? undefined : named, path }
}
