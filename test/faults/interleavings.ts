/**
 * Every order in which transactions that meet at one query can take their steps: each must end as
 * if they had come one after another, in one order or the other.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { auditLive } from '../../src/doctor/examine.ts'
import { Interleaver, isSerial, orders, type Answers } from './interleave.ts'
import { endOf, makeWorld, operations, situations, type Operation, type Situation } from './operations.ts'

const deadlock = '40P01'

/** What was tried and what was found. */
export interface InterleavingFigures {
  /** Orders of steps that were run to their end. */
  orders: number
  /** Of these, in how many PostgreSQL had to end a deadlock; the caller tried again. */
  deadlocks: number
  /** Orders that ended as no serial one does, and violations of invariants. */
  violations: string[]
}

export interface InterleavingOptions {
  /** Transactions that meet. */
  width: number
  /** Which of the cases are run, by their number: all, or a seeded part of them. */
  pick?: (caseNumber: number) => boolean
  until?: () => boolean
}

/** Runs all orders of steps of every set of operations in every situation, in an empty control database. */
export async function runInterleavings(
  url: string,
  { width, pick = () => true, until = () => false }: InterleavingOptions,
): Promise<InterleavingFigures> {
  const figures: InterleavingFigures = { orders: 0, deadlocks: 0, violations: [] }
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'sluice test' })
  // Connections that a pool has given up may still be open when their database is dropped.
  pool.on('error', () => undefined)
  await using interleaver = await Interleaver.open(url, width)
  try {
    let caseNumber = 0
    for (const situation of situations) {
      for (const meeting of meetings(width)) {
        if (until()) return figures
        if (pick(caseNumber++)) await runMeeting({ url, pool, interleaver, figures }, situation, meeting)
      }
    }
    return figures
  } finally {
    await pool.end()
  }
}

/** Sets of so many operations, with repetitions, that can come together. */
function meetings(width: number, from = 0): Operation[][] {
  if (width === 0) return [[]]
  return operations
    .slice(from)
    .flatMap((operation, i) => meetings(width - 1, from + i).map((rest) => [operation].concat(rest)))
    .filter((meeting) => new Set(meeting.filter(({ ofTheRun }) => ofTheRun)).size <= 1)
}

interface Runner {
  url: string
  pool: pg.Pool
  interleaver: Interleaver
  figures: InterleavingFigures
}

async function runMeeting(runner: Runner, situation: Situation, meeting: readonly Operation[]): Promise<void> {
  const all = orders(meeting.length)
  const ends = new Set<string>()
  const title = `${situation}: ${meeting.map(({ name }) => name).join(' + ')}`
  for (const order of [...all.filter(isSerial), ...all.filter((order) => !isSerial(order))]) {
    const end = await runOrder(runner, situation, meeting, order)
    if (end === undefined) continue
    runner.figures.orders++
    if (isSerial(order)) {
      if (ends.has(end)) continue
      ends.add(end)
      const { findings } = await auditLive(runner.url)
      for (const { check, violations } of findings) {
        runner.figures.violations.push(`${title}, steps ${order.join('')}: ${check}: ${JSON.stringify(violations)}`)
      }
    } else if (!ends.has(end)) {
      const expected = [...ends].join('\n  ')
      runner.figures.violations.push(
        `${title}, steps ${order.join('')} ends as\n  ${end}\nbut one after another as\n  ${expected}`,
      )
    }
  }
}

/** How an order ends: the answers and what the database holds; undefined if the order cannot be. */
async function runOrder(
  { pool, interleaver, figures }: Runner,
  situation: Situation,
  meeting: readonly Operation[],
  order: readonly number[],
): Promise<string | undefined> {
  const world = await makeWorld(pool, situation)
  const answers: Answers | undefined = await interleaver.run(meeting, order, world)
  if (answers === undefined) return undefined
  if (answers.includes(deadlock)) figures.deadlocks++
  for (const [i, answer] of answers.entries()) {
    if (answer !== deadlock) continue
    // Every caller of these tries again.
    await sleep(1)
    answers[i] = await meeting[i]!.run(pool, world)
  }
  return JSON.stringify([answers, await endOf(pool, world)])
}
