import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Fault } from './fault.ts'

/** Every backend of the control database dies without a word, and commits that nobody waited for may be lost. */
export const restartPostgres: Fault = {
  name: 'pg_ctl restart -m immediate',
  needs: 'a server of its own',
  async inject({ controlServer }) {
    const startedAt = performance.now()
    await controlServer!.restartImmediately()
    return `${Math.round(performance.now() - startedAt)} ms`
  },
}

/** One backend dies as by a segmentation fault: PostgreSQL ends all others and recovers from its log. */
export const crashBackend: Fault = {
  name: 'kill -9 of a backend of PostgreSQL',
  needs: 'a server of its own',
  async inject({ stack, random }) {
    const { rows } = await stack.control.query<{ pid: number; name: string }>(
      `select pid, application_name as name from pg_stat_activity
       where datname = current_database() and application_name like 'sluice %' and pid <> pg_backend_pid()`,
    )
    if (rows.length === 0) return 'there was none'
    const victim = random.pick(rows)
    process.kill(victim.pid, 'SIGKILL')
    return victim.name
  },
}

/** pg_terminate_backend, as an administrator or a failing pooler does it. */
export const terminateBackends: Fault = {
  name: 'pg_terminate_backend of random backends',
  async inject({ stack, random }) {
    const ended: string[] = []
    for (let i = random.whole(1, 4); i > 0; i--) {
      const { rows } = await stack.control.query<{ pid: number; name: string }>(
        `select pid, application_name as name from pg_stat_activity
         where datname = current_database() and application_name like 'sluice %' and application_name <> 'sluice test'`,
      )
      for (const { pid, name } of rows.filter(() => random.chance(0.3))) {
        await stack.control.query('select pg_terminate_backend($1)', [pid])
        ended.push(name)
      }
      await sleep(random.between(100, 1_500))
    }
    return `${ended.length}: ${[...new Set(ended)].join(', ')}`
  },
}

/** The connections on which servers and workers listen. */
export const terminateListeners: Fault = {
  name: 'pg_terminate_backend of the listening connections',
  async inject({ stack }) {
    const { rowCount } = await stack.control.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and (application_name like '%(listen)%' or query ilike 'listen %')`,
    )
    return String(rowCount)
  },
}

/** The statements of users are ended at the source. */
export const terminateStatements: Fault = {
  name: 'pg_terminate_backend at the source',
  async inject({ stack, random }) {
    const { rows } = await stack.source.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and usename = $1`,
      [stack.sourceRole],
    )
    const victims = rows.filter(() => random.chance(0.5))
    for (const { pid } of victims) await stack.source.query('select pg_terminate_backend($1)', [pid])
    return String(victims.length)
  },
}

/** The source takes hardly a connection more (53300). */
export const exhaustSource: Fault = {
  name: 'connections of the source exhausted',
  async inject({ stack, random }) {
    await stack.source.query(`alter role ${stack.sourceRole} connection limit ${random.whole(0, 2)}`)
    await terminateStatements.inject({ stack, random })
    const lastsMs = random.between(1_000, 6_000)
    await sleep(lastsMs)
    await stack.source.query(`alter role ${stack.sourceRole} connection limit -1`)
    return `for ${Math.round(lastsMs)} ms`
  },
}

/** PostgreSQL has no connection left for those who lost theirs. */
export const exhaustControl: Fault = {
  name: 'connections of the control database exhausted',
  async inject({ stack, random }) {
    const { rows } = await stack.control.query<{ name: string }>('select current_database() as name')
    const name = pg.escapeIdentifier(rows[0]!.name)
    await stack.control.query(`alter database ${name} connection limit ${random.whole(0, 4)}`)
    const ended = await terminateBackends.inject({ stack, random })
    const lastsMs = random.between(1_000, 8_000)
    await sleep(lastsMs)
    await stack.control.query(`alter database ${name} connection limit -1`)
    return `for ${Math.round(lastsMs)} ms, after the end of ${ended}`
  },
}
