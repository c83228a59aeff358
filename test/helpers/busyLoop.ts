/**
 * Loaded into a worker (NODE_OPTIONS=--import …): SIGUSR2 keeps its event loop busy for as
 * many milliseconds as TEST_BUSY_MS says.
 */
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.on('SIGUSR2', () => {
    const until = performance.now() + Number(process.env['TEST_BUSY_MS'])
    while (performance.now() < until);
  })
}
