import type { Config } from '../../config.ts'
import { longStatementMs } from '../../db/answerBound.ts'
import { createControlPool } from '../../db/pool.ts'
import { isConnectionError, sqlStateOf } from '../../db/sqlState.ts'
import { Networks } from '../../delivery/addresses.ts'
import { RequestError } from '../../errors.ts'
import { createLogger } from '../../log.ts'
import { listLanes, setPaused } from '../../queries/manageLanes.ts'
import { listFires, runSchedule } from '../../schedules/fires.ts'
import {
  addSchedule,
  changeSchedule,
  getSchedule,
  listSchedules,
  readBeat,
  removeSchedule,
} from '../../schedules/manage.ts'
import { asJson } from '../../server/asJson.ts'
import { scheduleBody, scheduleChange } from '../../server/schemas/schedules.ts'
import { sourceBody, sourceChange } from '../../server/schemas/sources.ts'
import { addSource, changeSource, listSources, removeSource } from '../../sources/manage.ts'
import { findSource } from '../../sources/registry.ts'
import { testSource } from '../../sources/testSource.ts'
import { reason } from './apiErrors.ts'
import { checked } from './checked.ts'
import { CommandFailed } from './clientAction.ts'
import { deliveryOperators } from './deliveryOperators.ts'
import type { Operators } from './operators.ts'

const undefinedTable = '42P01'

/**
 * Lets `action` work on the control database, as the server would for it.
 *
 * @param webhookNetworks networks of one's own that webhooks may call
 * @throws RequestError as the server's answers, UsageError for wrong values, CommandFailed if
 *   the database is away or is not a control database
 */
export async function onDatabase<T>(
  databaseUrl: string,
  webhookNetworks: Config['webhookNetworks'],
  action: (operators: Operators) => Promise<T>,
): Promise<T> {
  const pool = createControlPool({
    connectionString: databaseUrl,
    max: 2,
    applicationName: 'sluice command',
    answerTimeoutMs: longStatementMs,
    logger: createLogger({ logLevel: 'silent' }, 'command'),
  })
  try {
    return await action({
      sources: async () => asJson(await listSources(pool)),
      async addSource(body) {
        const { name, ...settings } = checked(sourceBody, body)
        return asJson(await addSource(pool, name, settings))
      },
      changeSource: async (name, body) => asJson(await changeSource(pool, name, checked(sourceChange, body))),
      async removeSource(name) {
        await removeSource(pool, name)
        return undefined
      },
      async testSource(name) {
        const source = await findSource(pool, name)
        if (source === undefined) throw new RequestError('unknown_source', `There is no source ${name}.`)
        return await testSource(source)
      },
      lanes: () => listLanes(pool),
      setPaused: (name, paused) => setPaused(pool, name, paused),
      schedules: async () => asJson({ schedules: await listSchedules(pool), beat: await readBeat(pool) }),
      schedule: async (name) => asJson(await getSchedule(pool, name)),
      async addSchedule(body) {
        const { name, ...settings } = checked(scheduleBody, body)
        return asJson(await addSchedule(pool, 'default', name, settings))
      },
      changeSchedule: async (name, body) => asJson(await changeSchedule(pool, name, checked(scheduleChange, body))),
      async removeSchedule(name) {
        await removeSchedule(pool, name)
        return undefined
      },
      runSchedule: (name) => runSchedule(pool, name),
      fires: async (name, limit) => asJson(await listFires(pool, name, limit)),
      ...deliveryOperators(pool, new Networks(webhookNetworks)),
    })
  } catch (error) {
    throw explain(error)
  } finally {
    await pool.end()
  }
}

function explain(error: unknown): unknown {
  if (sqlStateOf(error) === undefinedTable) {
    return new CommandFailed('DATABASE_URL names a database without the tables of Sluice. Run sluice migrate first.')
  }
  if (isConnectionError(error) || sqlStateOf(error)?.startsWith('28') || sqlStateOf(error) === '3D000') {
    return new CommandFailed(
      `The control database that DATABASE_URL names cannot be used (${reason(error)}): ${(error as Error).message}`,
    )
  }
  return error
}
