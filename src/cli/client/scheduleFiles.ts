import { readFile } from 'node:fs/promises'
import { isCollection, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Document, type Node } from 'yaml'
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
    for (const [where, value] of valuesOf(path, await textOf(path), problems)) {
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

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (reason(error) === 'EISDIR') throw new UsageError(`${path} is a folder. Name its files: ${path}/*.yaml`)
    throw new UsageError(`Cannot read ${path} (${reason(error)}).`)
  }
}

/** Each schedule of a file, with the place to name in an error. */
function valuesOf(path: string, text: string, problems: string[]): [where: string, value: unknown][] {
  const lines = new LineCounter()
  const values: [string, unknown][] = []
  for (const document of parseAllDocuments(text, { lineCounter: lines, merge: true })) {
    const place = (node: unknown): string => `${path}:${lines.linePos((node as Node | null)?.range?.[0] ?? 0).line}`
    const wrong = [
      ...document.errors.map(({ message }) => `${path}: ${message.split('\n')[0]}`),
      ...mistakesOf(document, place),
    ]
    if (wrong.length > 0) {
      problems.push(...wrong)
      continue
    }
    let content: unknown
    try {
      content = document.toJS()
    } catch (error) {
      // Aliases without an anchor, or too many of them.
      problems.push(`${place(document.contents)}: ${(error as Error).message}`)
      continue
    }
    if (content === null) continue
    const items = isSeq(document.contents) ? document.contents.items : [document.contents]
    for (const [i, each] of (Array.isArray(content) ? content : [content]).entries()) {
      const name = (each as { name?: unknown } | null)?.name
      values.push([typeof name === 'string' ? `${path}: ${name}` : place(items[i]), each])
    }
  }
  return values
}

/** What YAML reads, but not as it was meant. */
function mistakesOf(document: Document.Parsed, place: (node: unknown) => string): string[] {
  const mistakes: string[] = []
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return undefined
      mistakes.push(`${place(key)}: {{…}} must be quoted: '{{fire_at}}'. Without quotes YAML reads braces as an object`)
      return visit.SKIP
    },
    Scalar(_, node) {
      const { value, source = '' } = node
      if (isScalar(node) && typeof value === 'number' && /^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value)) {
        mistakes.push(
          `${place(node)}: ${source} would be rounded. Write {type: int8, value: '${source}'}, or quote it for a text`,
        )
      }
    },
  })
  return mistakes
}
