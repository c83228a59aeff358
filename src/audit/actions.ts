import type pg from 'pg'

/** An action that was taken. */
export interface Action {
  tenant: string
  /** Who took it. */
  actor: string
  /** Network address that the request came from. */
  address: string
  /** `lane.pause` */
  action: string
  /** Name or id of what was acted on; null: many things. */
  target: string | null
  /** What was asked for, without secrets. */
  detail: Record<string, unknown>
}

/** An action as it is kept. */
export interface KeptAction extends Action {
  /** Rises with time; a decimal number of up to 64 bits. */
  id: string
  at: Date
}

/** What actions to list; undefined: any. */
export interface ActionFilter {
  /** `lane.pause`, or `lane` for all of them. */
  action?: string | undefined
  actor?: string | undefined
  target?: string | undefined
  /** Only actions older than this one. */
  before?: string | undefined
}

/** Keeps an action. */
export async function keepAction(pool: pg.Pool, action: Action): Promise<void> {
  await pool.query({
    name: 'keep_action',
    text: `
      insert into sluice.audit (tenant, actor, address, action, target, detail) values ($1, $2, $3, $4, $5, $6)`,
    values: [action.tenant, action.actor, action.address, action.action, action.target, JSON.stringify(action.detail)],
  })
}

/** Actions of a tenant, newest first. */
export async function listActions(
  pool: pg.Pool,
  tenant: string,
  { action, actor, target, before }: ActionFilter,
  limit: number,
): Promise<KeptAction[]> {
  const { rows } = await pool.query<KeptAction>(
    `
    select id::text, at, tenant, actor, address, action, target, detail
    from sluice.audit
    where tenant = $1
      and ($2::text is null or action = $2 or starts_with(action, $2 || '.'))
      and ($3::text is null or actor = $3)
      and ($4::text is null or target = $4)
      and ($5::bigint is null or audit.id < $5)
    order by audit.id desc
    limit $6`,
    [tenant, action ?? null, actor ?? null, target ?? null, before ?? null, limit],
  )
  return rows
}
