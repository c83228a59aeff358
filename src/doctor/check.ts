import type pg from 'pg'

/** How bad it is when a check does not hold: an error is to be seen to now. */
export type Level = 'error' | 'warning'

/** One thing that is not as it should be. */
export interface Violation {
  /** What it is about: a query, a worker, a lane. */
  subject: string
  /** What is wrong with it. */
  detail: string
}

/** What a check looks at. */
export interface CheckContext {
  /** A session on the control database, in a read-only transaction with one snapshot for all checks. */
  client: pg.Client
  /** Queries that ended before this are not looked at; null: all are. */
  since: Date | null
}

/** Something that must hold. */
export interface Check {
  /** snake_case; what findings and docs/doctor.md call it. */
  name: string
  /** Number of the invariant of docs/design.md that it checks, null for what is about health. */
  invariant: number | null
  level: Level
  /** What holds where nothing is wrong: a sentence. */
  holds: string
  /** What to do where it does not: a sentence. */
  advice: string
  /** At most {@link mostShown} of the violations, and how many there are. */
  run(context: CheckContext): Promise<{ violations: Violation[]; total: number }>
}

/** Violations of one check that are told one by one. */
const mostShown = 20

/**
 * A check that is one SELECT, of the columns `subject` and `detail`, a row for each violation.
 *
 * @param values values of its parameters
 */
export function sqlCheck(
  about: Omit<Check, 'run'>,
  sql: string,
  values: (context: CheckContext) => unknown[] = () => [],
): Check {
  return {
    ...about,
    async run(context) {
      const { rows } = await context.client.query<Violation & { total: number }>(
        `select subject::text, detail::text, (count(*) over ())::integer as total from (${sql}) violations limit ${mostShown}`,
        values(context),
      )
      return { violations: rows.map(({ subject, detail }) => ({ subject, detail })), total: rows[0]?.total ?? 0 }
    },
  }
}

/** A check that finds its violations by itself. */
export function check(about: Omit<Check, 'run'>, find: (context: CheckContext) => Promise<Violation[]>): Check {
  return {
    ...about,
    async run(context) {
      const violations = await find(context)
      return { violations: violations.slice(0, mostShown), total: violations.length }
    },
  }
}

/** The queries that a check of history looks at, as a relation; its first parameter is `since`. */
export const recentQueries = `(
  select * from sluice.queries where $1::timestamptz is null or finished_at is null or finished_at >= $1
)`
