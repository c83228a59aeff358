import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import type { z } from 'zod'
import { UsageError } from '../../errors.ts'
import { scheduleBody } from '../../server/schemas/schedules.ts'
import { reason } from './apiErrors.ts'

/** A schedule as a file says it. */
export type DesiredSchedule = z.output<typeof scheduleBody>

/**
 * The schedules of YAML files: documents that each hold one, or a list of them.
 *
 * @throws UsageError that names file, schedule and field of everything that is wrong
 */
export async function readScheduleFiles(paths: readonly string[]): Promise<DesiredSchedule[]> {
  const found = new Map<string, { path: string; schedule: DesiredSchedule }>()
  const problems: string[] = []
  for (const path of paths) {
    for (const [where, value] of await valuesOf(path, problems)) {
      const parsed = scheduleBody.safeParse(value)
      if (!parsed.success) {
        for (const issue of parsed.error.issues) problems.push(`${where}: ${[...issue.path, issue.message].join(': ')}`)
        continue
      }
      const before = found.get(parsed.data.name)
      if (before !== undefined) problems.push(`${where}: schedule ${parsed.data.name} is in ${before.path}, too`)
      else found.set(parsed.data.name, { path, schedule: parsed.data })
    }
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  return [...found.values()].map(({ schedule }) => schedule)
}

/** Each schedule of a file, with the place to name in an error. */
async function valuesOf(path: string, problems: string[]): Promise<[where: string, value: unknown][]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read ${path} (${reason(error)}).`)
  })
  const values: [string, unknown][] = []
  for (const document of parseAllDocuments(text)) {
    if (document.errors.length > 0) {
      problems.push(...document.errors.map(({ message }) => `${path}: ${message.split('\n')[0]}`))
      continue
    }
    const content = document.toJS() as unknown
    if (content === null) continue
    for (const each of Array.isArray(content) ? content : [content]) {
      const name = (each as { name?: unknown } | null)?.name
      values.push([typeof name === 'string' ? `${path}: ${name}` : path, each])
    }
  }
  return values
}
