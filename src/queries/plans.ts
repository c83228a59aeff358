import type pg from 'pg'
import { planSteps, type PlanStep } from './planSteps.ts'

/** The plan that a source chose for an attempt of a query. */
export interface CapturedPlan {
  attempt: number
  captured_at: Date
  /** What EXPLAIN (FORMAT JSON) answered. */
  plan: unknown
  /** The same as a list. */
  steps: PlanStep[]
}

/** Keeps the plan of an attempt, as JSON text, while its run holds its lease. */
export async function keepPlan(
  pool: pg.Pool,
  { queryId, token, attempt }: { queryId: string; token: string; attempt: number },
  plan: string,
): Promise<void> {
  await pool.query({
    name: 'keep_plan',
    text: `
      with lease as (
        select from sluice.leases where query_id = $1 and token = $2 for key share
      )
      insert into sluice.plans (query_id, attempt, plan) select $1, $3, $4::json from lease
      on conflict do nothing`,
    values: [queryId, token, attempt, plan],
  })
}

/** A plan of a query of a tenant, the last unless an attempt is named; undefined if there is none. */
export async function readPlan(
  pool: pg.Pool,
  tenant: string,
  queryId: string,
  attempt: number | undefined,
): Promise<CapturedPlan | undefined> {
  const { rows } = await pool.query<Omit<CapturedPlan, 'steps'>>({
    name: 'read_plan',
    text: `
      select plans.attempt, plans.captured_at, plans.plan
      from sluice.queries join sluice.plans on plans.query_id = queries.id
      where queries.id = $1 and queries.tenant = $2 and plans.attempt = coalesce($3::integer, plans.attempt)
      order by plans.attempt desc
      limit 1`,
    values: [queryId, tenant, attempt],
  })
  const [captured] = rows
  return captured && { ...captured, steps: planSteps(captured.plan) }
}
