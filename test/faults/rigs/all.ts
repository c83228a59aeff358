import { cancel } from './cancel.ts'
import { cancelRace } from './cancelRace.ts'
import { clockSkew } from './clockSkew.ts'
import { deploy } from './deploy.ts'
import { diskFull } from './diskFull.ts'
import { drain } from './drain.ts'
import { interleavings } from './interleavings.ts'
import { lostHost, lostWorker } from './lostWorker.ts'
import { model } from './model.ts'
import { packets, random } from './random.ts'
import { restart } from './restart.ts'
import type { Rig } from './rig.ts'
import { soak } from './soak.ts'
import { submissions } from './submissions.ts'

/** Every rig, in the order in which they run. */
export const rigs: readonly Rig[] = [
  model,
  interleavings,
  random,
  packets,
  lostWorker,
  lostHost,
  drain,
  cancel,
  cancelRace,
  restart,
  deploy,
  submissions,
  diskFull,
  clockSkew,
  soak,
]
