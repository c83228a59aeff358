import { expect, inject, test } from 'vitest'
import { breakConnections, swallowNotifications } from './faults/network.ts'
import { terminateBackends, terminateListeners, terminateStatements } from './faults/postgres.ts'
import { killWorker, replaceWorker } from './faults/processes.ts'
import { duplicateTickets, freeTickets, loseTickets } from './faults/tickets.ts'
import { randomRun } from './randomRuns.ts'
import { Stack } from './stack/stack.ts'

/** Those that are healed soon, and need no server of their own; npm run test:faults has all. */
const faults = [
  killWorker,
  replaceWorker,
  terminateBackends,
  terminateListeners,
  terminateStatements,
  breakConnections,
  swallowNotifications,
  duplicateTickets,
  freeTickets,
  loseTickets,
]
const seed = Number(process.env['TEST_SEED'] || Date.now() % 1_000_000)

test(`clients get what they were promised, whatever fails meanwhile (TEST_SEED=${seed})`, async () => {
  const server = inject('adminUrl')
  await using stack = await Stack.start({
    controlServer: server,
    sourceServer: server,
    workers: 2,
    settings: { SLUICE_LEASE_SECONDS: '5' },
  })
  const run = await randomRun({ stack, seed, faults })
  expect(run.violations, `${run.faults.join(' + ')}\n${stack.outputs}`).toEqual([])
  expect(run.acknowledged).toBeGreaterThan(0)
}, 300_000)
