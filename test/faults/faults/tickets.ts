import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './fault.ts'

/** Tickets come many times over. */
export const duplicateTickets: Fault = {
  name: 'tickets doubled',
  async inject({ stack, random }) {
    let added = 0
    for (let i = 0; i < 5; i++) {
      const count = random.whole(5, 50)
      await stack.control.query(
        `select graphile_worker.add_job('sluice:lane:default', json_build_object('lane', 'default')) from generate_series(1, $1)`,
        [count],
      )
      added += count
      await sleep(random.between(50, 500))
    }
    return String(added)
  },
}

/** Tickets that nobody has taken yet are lost. */
export const loseTickets: Fault = {
  name: 'tickets lost',
  async inject({ stack, random }) {
    let lost = 0
    const until = performance.now() + random.between(1_000, 4_000)
    while (performance.now() < until) {
      const { rowCount } = await stack.control.query(`
        delete from graphile_worker._private_jobs where locked_at is null and task_id in (
          select id from graphile_worker._private_tasks where identifier like 'sluice:lane:%')`)
      lost += rowCount ?? 0
      await sleep(20)
    }
    return String(lost)
  },
}

/** Tickets that workers hold are taken by others as well; those that were replaced nobody would take. */
export const freeTickets: Fault = {
  name: 'tickets freed while they are held',
  async inject({ stack, random }) {
    let freed = 0
    for (let i = 0; i < 5; i++) {
      const { rowCount } = await stack.control.query(
        `update graphile_worker._private_jobs set locked_at = null, locked_by = null
         where locked_at is not null and attempts < max_attempts`,
      )
      freed += rowCount ?? 0
      await sleep(random.between(50, 500))
    }
    return String(freed)
  },
}
