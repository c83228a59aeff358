import { parentPort, workerData } from 'node:worker_threads'
import { createLogger } from '../../log.ts'
import { Heartbeat } from './heartbeat.ts'
import type { HeartSettings, ToHeart } from './messages.ts'

/** The thread of a worker's heart. */
const settings = workerData as HeartSettings
const port = parentPort!
const heart = new Heartbeat(
  settings,
  createLogger(settings, 'worker', () => ({ worker: heart.workerId })),
  (message) => port.postMessage(message),
)

port.on('message', (message: ToHeart) => {
  switch (message.kind) {
    case 'opened':
      heart.opened(message.id, message.session)
      break
    case 'closed':
      heart.closed(message.id)
      break
    case 'stats':
      heart.report(message.stats)
      break
    case 'stop':
      heart.stop()
  }
})

await heart.run()
port.close()
