import { isDeepStrictEqual } from 'node:util'
import type { Schedule, ScheduleChange } from './apiTypes.ts'
import { plainLine } from './plainText.ts'
import type { DesiredSchedule } from './scheduleFiles.ts'
import { styled } from './style.ts'

/** One line of a plan. */
export type Step =
  | { kind: 'add'; name: string; schedule: DesiredSchedule }
  | { kind: 'change'; name: string; change: ScheduleChange; fields: [field: string, from: unknown, to: unknown][] }
  | { kind: 'remove'; name: string }
  | { kind: 'keep'; name: string }

/** What a field is that a file does not name. What stays as it is (paused, anchor_at) is not here. */
const defaults = {
  description: '',
  cron: null,
  interval_seconds: null,
  time_zone: 'UTC',
  source: 'default',
  lane: 'default',
  params: [],
  labels: {},
  priority: 5,
  timeout_seconds: null,
  queue_timeout_seconds: null,
  row_limit: null,
  byte_limit: null,
  ttl_seconds: null,
  max_attempts: null,
  webhooks: null,
  misfire_policy: 'one',
  misfire_grace_seconds: 60,
  catch_up_limit: 10,
  overlap_policy: 'skip',
} as const satisfies ScheduleChange

/**
 * What makes the schedules that there are into those that files want.
 *
 * @param prune schedules that an earlier apply made, and that no file names now, are removed
 */
export function planSchedules(desired: readonly DesiredSchedule[], there: readonly Schedule[], prune: boolean): Step[] {
  const known = new Map(there.map((schedule) => [schedule.name, schedule]))
  const steps = desired.map((schedule): Step => {
    const { name } = schedule
    const before = known.get(name)
    if (before === undefined) return { kind: 'add', name, schedule: { ...schedule, managed: true } }
    const { name: _, ...wanted } = { ...defaults, managed: true, ...schedule }
    const fields = Object.entries(wanted)
      .map(([field, to]): [string, unknown, unknown] => [field, (before as Record<string, unknown>)[field], to])
      .filter(([field, from, to]) => to !== undefined && !isSame(field, from, to))
    if (fields.length === 0) return { kind: 'keep', name }
    return { kind: 'change', name, change: Object.fromEntries(fields.map(([field, , to]) => [field, to])), fields }
  })
  if (prune) {
    const wanted = new Set(desired.map(({ name }) => name))
    for (const { name, managed } of there) if (managed && !wanted.has(name)) steps.push({ kind: 'remove', name })
  }
  return steps.toSorted((a, b) => a.name.localeCompare(b.name))
}

const signs: Readonly<Record<Step['kind'], string>> = { add: '+', change: '~', remove: '-', keep: '=' }

/** `+ nightly` */
export function stepText({ kind, name }: Step): string {
  return `${signs[kind]} ${name}`
}

/** The plan for people, one line a schedule and a line a field that it gets or changes. */
export function renderPlan(steps: readonly Step[]): string {
  const lines = steps.flatMap((step) => {
    if (step.kind === 'add') {
      const fields = Object.entries(step.schedule).filter(([field]) => field !== 'name' && field !== 'managed')
      return [
        styled('green', stepText(step), process.stdout),
        ...fields.map(([field, value]) => `    ${field}: ${shown(value)}`),
      ]
    }
    if (step.kind === 'remove') return [styled('red', stepText(step), process.stdout)]
    if (step.kind === 'keep') return [stepText(step)]
    return [
      styled('yellow', stepText(step), process.stdout),
      ...step.fields.map(([field, from, to]) => `    ${field}: ${shown(from)} → ${shown(to)}`),
    ]
  })
  const count = (kind: Step['kind']): number => steps.filter((step) => step.kind === kind).length
  const summary = `${count('add')} to add, ${count('change')} to change, ${count('remove')} to remove, ${count('keep')} as they are.`
  return [...lines, summary].join('\n')
}

function isSame(field: string, from: unknown, to: unknown): boolean {
  if (field === 'anchor_at') return Date.parse(from as string) === Date.parse(to as string)
  // As the API will hold it: JSON knows no -0.
  return isDeepStrictEqual(from, JSON.parse(JSON.stringify(to)))
}

function shown(value: unknown): string {
  return plainLine(JSON.stringify(value) ?? 'none')
}
