import { randomFillSync } from 'node:crypto'
import { V7Generator } from 'uuidv7'

const words = new Uint32Array(1024)
let used = words.length

/** Random numbers are taken from the system many at a time: a call for each costs as much as the id. */
const generator = new V7Generator({
  nextUint32() {
    if (used === words.length) {
      randomFillSync(words)
      used = 0
    }
    return words[used++]!
  },
})

/** A new id: UUIDv7, rising within the process. */
export function newId(): string {
  return generator.generate().toString()
}
