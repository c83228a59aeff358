import { Option, type Command } from 'commander'
import { states } from '../../queries/states.ts'
import type { ListFilter } from './apiTypes.ts'
import { addLabel, addName, time } from './optionValues.ts'

/** Which queries, as the options of {@link addFilterOptions} say. */
export interface FilterOptions {
  state?: string[]
  lane?: string[]
  source?: string[]
  tenant?: string[]
  label?: Record<string, string>
  text?: string
  worker?: string
  code?: string
  after?: string
  before?: string
}

/** Adds the options that say which queries are meant. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--state <name...>', 'only those in one of these states').choices(states))
    .option('--lane <name>', 'only those of this lane (repeatable: or that one)', addName)
    .option('--source <name>', 'only those of this source (repeatable)', addName)
    .option('--tenant <name>', 'only those of this tenant (repeatable)', addName)
    .option('--label <key=value>', 'only those with this label (repeatable: and that one)', addLabel)
    .option('--text <text>', 'only those whose SQL holds this text')
    .option('--worker <id>', 'only those of this worker')
    .option('--code <code>', 'only those that ended with this error')
    .option(
      '--after <time>',
      'only those submitted at this time or later, such as 2026-11-21T06:00Z, or so long ago: 2h',
      time,
    )
    .option('--before <time>', 'only those submitted before this time', time)
}

/** The filter as the API takes it. */
export function filterOf(options: FilterOptions): ListFilter {
  return {
    state: options.state,
    lane: options.lane,
    source: options.source,
    tenant: options.tenant,
    label: Object.entries(options.label ?? {}).map(([key, value]) => `${key}:${value}`),
    q: options.text,
    worker: options.worker,
    code: options.code,
    submitted_after: options.after,
    submitted_before: options.before,
  }
}

/** Whether the options leave anything out. */
export function narrows(options: FilterOptions): boolean {
  return Object.values(filterOf(options)).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  )
}
