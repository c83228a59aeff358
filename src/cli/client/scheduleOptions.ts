import { Option, type Command } from 'commander'
import { misfirePolicies, overlapPolicies } from '../../schedules/schedule.ts'
import type { ScheduleChange } from './apiTypes.ts'
import { addLabel, addName, addParameter, orNone, time, wholeNumber } from './optionValues.ts'

/** The options that say when a schedule fires. */
export interface TimesOptions {
  cron?: string
  intervalSeconds?: number
  anchorAt?: string
  timeZone?: string
}

/** The options that say what a schedule is. */
export interface ScheduleOptions extends TimesOptions {
  file?: string
  description?: string
  source?: string
  lane?: string
  /** false: none. */
  param?: unknown[] | false
  label?: Record<string, string> | false
  webhook?: string[] | false
  priority?: number
  timeoutSeconds?: number | 'none'
  queueTimeoutSeconds?: number | 'none'
  rowLimit?: number | 'none'
  byteLimit?: number | 'none'
  ttlSeconds?: number | 'none'
  maxAttempts?: number | 'none'
  misfirePolicy?: (typeof misfirePolicies)[number]
  misfireGraceSeconds?: number
  catchUpLimit?: number
  overlapPolicy?: (typeof overlapPolicies)[number]
}

/** Adds the options of a schedule to a command. */
export function addScheduleOptions(command: Command): Command {
  const options = [
    new Option('--cron <pattern>', 'minute, hour, day, month, weekday; seconds before them if six; or @daily …'),
    new Option('--interval-seconds <number>', 'fire so often, instead of --cron').argParser(wholeNumber(1)),
    new Option(
      '--anchor-at <time>',
      'count the interval from here, such as 2026-11-21T06:00Z (default: now)',
    ).argParser(time),
    new Option('--time-zone <name>', 'zone of the pattern, such as Europe/Berlin (default: UTC)'),
    new Option('-f, --file <path>', 'read the statement from a file'),
    new Option('--description <text>', 'what it is for'),
    new Option('--source <name>', 'source to run it on'),
    new Option('--lane <name>', 'lane to wait in'),
    new Option('--param <value>', 'value of $1, then $2 …; "{{fire_at}}" is the nominal time (repeatable)').argParser(
      addParameter,
    ),
    new Option('--no-param', 'no values'),
    new Option('--label <key=value>', 'label of its queries (repeatable)').argParser(addLabel),
    new Option('--no-label', 'no labels'),
    new Option('--webhook <name>', 'webhook that is told of the ends of its queries (repeatable)').argParser(addName),
    new Option('--no-webhook', 'no webhooks but those of its lane'),
    new Option('--priority <number>', '1 (first) to 9 (last)').argParser(wholeNumber(1, 9)),
    new Option('--timeout-seconds <number>', 'run time limit; none: as the lane says').argParser(
      orNone(wholeNumber(1)),
    ),
    new Option('--queue-timeout-seconds <number>', 'limit on the wait for a slot; none: as the lane says').argParser(
      orNone(wholeNumber(1)),
    ),
    new Option('--row-limit <number>', 'stop results after so many rows; none: as the lane says').argParser(
      orNone(wholeNumber(1)),
    ),
    new Option('--byte-limit <number>', 'stop results after so many bytes of rows; none: as the lane says').argParser(
      orNone(wholeNumber(1)),
    ),
    new Option('--ttl-seconds <number>', 'keep results for so long; none: as the lane says').argParser(
      orNone(wholeNumber(1)),
    ),
    new Option('--max-attempts <number>', 'attempts in all, if errors that may pass end the others; none: 1').argParser(
      orNone(wholeNumber(1, 100)),
    ),
    new Option('--misfire-policy <policy>', 'what becomes of late fires (default: one)').choices(misfirePolicies),
    new Option('--misfire-grace-seconds <number>', 'late by at most this is on time').argParser(wholeNumber(1, 86_400)),
    new Option('--catch-up-limit <number>', 'most late fires that policy all makes up for').argParser(
      wholeNumber(1, 1000),
    ),
    new Option('--overlap-policy <policy>', 'while an earlier query has not ended (default: skip)').choices(
      overlapPolicies,
    ),
  ]
  for (const option of options) command.addOption(option)
  return command
}

/** The settings that the options mean; undefined: as it is, or the default. */
export function toScheduleChange(options: ScheduleOptions): ScheduleChange {
  return {
    description: options.description,
    cron: options.cron,
    interval_seconds: options.intervalSeconds,
    anchor_at: options.anchorAt,
    time_zone: options.timeZone,
    source: options.source,
    lane: options.lane,
    params: options.param === false ? [] : options.param,
    labels: options.label === false ? {} : options.label,
    webhooks: options.webhook === false ? null : options.webhook,
    priority: options.priority,
    timeout_seconds: unlessNone(options.timeoutSeconds),
    queue_timeout_seconds: unlessNone(options.queueTimeoutSeconds),
    row_limit: unlessNone(options.rowLimit),
    byte_limit: unlessNone(options.byteLimit),
    ttl_seconds: unlessNone(options.ttlSeconds),
    max_attempts: unlessNone(options.maxAttempts),
    misfire_policy: options.misfirePolicy,
    misfire_grace_seconds: options.misfireGraceSeconds,
    catch_up_limit: options.catchUpLimit,
    overlap_policy: options.overlapPolicy,
  }
}

function unlessNone<T>(value: T | 'none'): T | null {
  return value === 'none' ? null : value
}
