import type pg from 'pg'

/** Stored bytes above which results lie in S3, by lane; null: none does. */
export async function s3Thresholds(pool: pg.Pool): Promise<Map<string, number | null>> {
  const { rows } = await pool.query<{ name: string; s3_above_bytes: number | null }>(
    'select name, s3_above_bytes::float8 from sluice.lanes',
  )
  return new Map(rows.map((row) => [row.name, row.s3_above_bytes]))
}

/**
 * Sends workers to look at lanes in which something has waited for a while: the back-stop
 * for a ticket that was lost.
 */
export async function wakeStaleLanes(pool: pg.Pool): Promise<void> {
  await pool.query({
    name: 'wake_stale_lanes',
    text: `
      select sluice.add_ticket(lanes.name)
      from sluice.lanes
      where not lanes.paused
        and exists (
          select from sluice.queue join sluice.queries on queries.id = queue.query_id
          where queue.lane = lanes.name and (queue.run_at is null or queue.run_at < now() - interval '2 seconds')
            and queries.submitted_at < now() - interval '2 seconds')
        and (select count(*) from sluice.leases where leases.lane = lanes.name) < lanes.concurrency`,
  })
}

/** Sends another worker to look at a lane. */
export async function addTicket(pool: pg.Pool, lane: string): Promise<void> {
  await pool.query({ name: 'add_ticket', text: `select sluice.add_ticket($1, origin => 'worker')`, values: [lane] })
}
