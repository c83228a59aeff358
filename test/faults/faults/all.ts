import { lostAnswers, lostSubmissionAnswers } from './commitWindow.ts'
import type { Fault } from './fault.ts'
import { breakConnections, cutWay, lossyWay, oneWay, silentWay, slowWay, swallowNotifications } from './network.ts'
import {
  crashBackend,
  exhaustControl,
  exhaustSource,
  restartPostgres,
  terminateBackends,
  terminateListeners,
  terminateStatements,
} from './postgres.ts'
import {
  busyWorker,
  killEverything,
  killServer,
  killWorker,
  pausedWorker,
  replaceWorker,
  zombieWorker,
} from './processes.ts'
import { duplicateTickets, freeTickets, loseTickets } from './tickets.ts'

/** Every fault of which random runs draw. */
export const allFaults: readonly Fault[] = [
  killWorker,
  killServer,
  killEverything,
  zombieWorker,
  pausedWorker,
  replaceWorker,
  busyWorker,
  restartPostgres,
  crashBackend,
  terminateBackends,
  terminateListeners,
  terminateStatements,
  exhaustSource,
  exhaustControl,
  cutWay,
  breakConnections,
  silentWay,
  oneWay,
  slowWay,
  lossyWay,
  swallowNotifications,
  duplicateTickets,
  loseTickets,
  freeTickets,
  lostAnswers,
  lostSubmissionAnswers,
]
