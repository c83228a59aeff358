import type { Command } from 'commander'
import type { SubmitRequest } from './apiTypes.ts'
import { addLabel, addParameter, wholeNumber } from './optionValues.ts'

/** The options that say what is to be run and how, shared by `query` and `submit`. */
export interface SubmitOptions {
  file?: string
  source?: string
  lane?: string
  param?: unknown[]
  label?: Record<string, string>
  priority?: number
  timeoutSeconds?: number
  rowLimit?: number
  byteLimit?: number
  maxAttempts?: number
  abandonAfterSeconds?: number
  explain?: true
}

/** Adds the argument and the options of a submission to a command. */
export function addSubmitOptions(command: Command): Command {
  return command
    .argument('[sql]', 'one statement; - or nothing: read it from standard input')
    .option('-f, --file <path>', 'read the statement from a file')
    .option('--source <name>', 'source to run it on')
    .option('--lane <name>', 'lane to wait in')
    .option('--param <value>', 'value of $1, then $2 …: JSON, or else plain text (repeatable)', addParameter)
    .option('--label <key=value>', 'label to find it by (repeatable)', addLabel)
    .option('--priority <number>', '1 (first) to 9 (last)', wholeNumber(1, 9))
    .option('--timeout-seconds <number>', 'run time limit', wholeNumber(1))
    .option('--row-limit <number>', 'stop the result after so many rows', wholeNumber(1))
    .option('--byte-limit <number>', 'stop the result after so many bytes of rows', wholeNumber(1))
    .option('--max-attempts <number>', 'attempts in all, after errors that may pass', wholeNumber(1, 100))
    .option('--abandon-after-seconds <number>', 'cancel it when nobody has asked about it for so long', wholeNumber(1))
    .option('--explain', 'keep the plan that the source chooses; sluice plan shows it')
}

/** The body of the submission that the options mean. */
export function toSubmitRequest(sql: string, options: SubmitOptions): SubmitRequest {
  return {
    sql,
    source: options.source,
    lane: options.lane,
    params: options.param,
    labels: options.label,
    priority: options.priority,
    timeout_seconds: options.timeoutSeconds,
    row_limit: options.rowLimit,
    byte_limit: options.byteLimit,
    max_attempts: options.maxAttempts,
    abandon_after_seconds: options.abandonAfterSeconds,
    explain: options.explain,
  }
}
