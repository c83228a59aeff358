import { interleavings } from './interleavings.ts'
import { model } from './model.ts'
import { random } from './random.ts'
import type { Rig } from './rig.ts'
import { soak } from './soak.ts'

/** Every rig, in the order in which they run. */
export const rigs: readonly Rig[] = [model, interleavings, random, soak]
