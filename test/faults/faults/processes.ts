import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './fault.ts'

/** SIGKILL: the process says nothing to anybody. Its supervisor starts another. */
export const killWorker: Fault = {
  name: 'kill -9 of a worker',
  async inject({ stack, random }) {
    const worker = random.pick(stack.workers)
    await worker.end('SIGKILL')
    return worker.name
  },
}

export const killServer: Fault = {
  name: 'kill -9 of the server',
  async inject({ stack }) {
    await stack.server.end('SIGKILL')
    return 'server'
  },
}

export const killEverything: Fault = {
  name: 'kill -9 of server and workers at once',
  async inject({ stack }) {
    await Promise.all([stack.server, ...stack.workers].map((process) => process.end('SIGKILL')))
    return 'all'
  },
}

/** Stopped for longer than the lease, a worker does not know that its queries were taken away: a zombie. */
export const zombieWorker: Fault = {
  name: 'SIGSTOP of a worker past its lease, then SIGCONT',
  async inject({ stack, random }) {
    const worker = random.pick(stack.workers)
    const stoppedMs = random.between(16_000, 26_000)
    worker.signal('SIGSTOP')
    await sleep(stoppedMs)
    worker.signal('SIGCONT')
    return `${worker.name} for ${Math.round(stoppedMs)} ms`
  },
}

/** Shorter than the lease: nothing may be taken away from it. */
export const pausedWorker: Fault = {
  name: 'SIGSTOP of a worker for less than its lease',
  async inject({ stack, random }) {
    const worker = random.pick(stack.workers)
    const stoppedMs = random.between(500, 6_000)
    worker.signal('SIGSTOP')
    await sleep(stoppedMs)
    worker.signal('SIGCONT')
    return `${worker.name} for ${Math.round(stoppedMs)} ms`
  },
}

/** A deploy: SIGTERM, then another takes its place. */
export const replaceWorker: Fault = {
  name: 'SIGTERM of a worker',
  async inject({ stack, random }) {
    const worker = random.pick(stack.workers)
    await worker.end('SIGTERM')
    return worker.name
  },
}

/** The event loop is busy for 20 s; needs preload/busyLoop.ts in the workers. */
export const busyWorker: Fault = {
  name: 'event loop of a worker busy for 20 s',
  async inject({ stack, random }) {
    const worker = random.pick(stack.workers)
    worker.signal('SIGUSR2')
    await sleep(20_000)
    return worker.name
  },
}
