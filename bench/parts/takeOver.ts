import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packageRoot } from '../../src/packageRoot.ts'
import type { PartContext } from './context.ts'

/** How long after its death the holder of the beat was followed by another. */
export interface TakeOverFigures {
  kills: number
  seconds: number[]
}

const standbys = 2
const patienceMs = 60_000

/** (j) The beat: its holder is killed again and again; each time until another worker holds it. */
export async function measureTakeOver({ stack, quick, signal, say }: PartContext): Promise<TakeOverFigures> {
  const kills = quick ? 3 : 25
  const workers = new Map<number, ChildProcess>()
  const start = (): void => {
    const child = spawn(process.execPath, [join(packageRoot, 'bin', 'sluice.js'), 'worker'], {
      env: { ...process.env, SLUICE_LOG_LEVEL: 'silent', DATABASE_URL: stack.controlUrl },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    workers.set(child.pid!, child)
  }
  const seconds: number[] = []
  try {
    for (let i = 0; i < standbys; i++) start()
    // That of the bench itself holds it first; it is let go, so that only those are left that may be killed.
    await stack.control.query(`select sluice.drain_worker(id) from sluice.workers where pid = $1`, [stack.workerPid])
    let holder = await nextHolder(stack.control, stack.workerPid, signal)
    while (seconds.length < kills) {
      await alive(stack.control, [...workers.keys()], signal)
      const killed = workers.get(holder)!
      const gone = once(killed, 'exit')
      const killedAt = performance.now()
      killed.kill('SIGKILL')
      holder = await nextHolder(stack.control, holder, signal)
      seconds.push((performance.now() - killedAt) / 1000)
      await gone
      workers.delete(killed.pid!)
      start()
    }
  } finally {
    for (const worker of workers.values()) worker.kill('SIGKILL')
  }
  const sorted = seconds.toSorted((a, b) => a - b)
  say(`  ${kills} kills: median ${sorted[Math.floor(kills / 2)]!.toFixed(2)} s, longest ${sorted.at(-1)!.toFixed(2)} s`)
  return { kills, seconds }
}

/** Waits until another process holds the beat; its pid. */
async function nextHolder(
  control: PartContext['stack']['control'],
  before: number,
  signal: AbortSignal,
): Promise<number> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const { rows } = await control.query<{ pid: number }>(
      'select workers.pid from sluice.beat join sluice.workers on workers.id = beat.worker_id',
    )
    if (rows[0] !== undefined && rows[0].pid !== before) return rows[0].pid
    if (performance.now() > deadline) throw new Error('Nobody took the beat over.')
    await delay(10, undefined, { signal })
  }
}

/** Waits until all of these processes could take the beat over. */
async function alive(control: PartContext['stack']['control'], pids: number[], signal: AbortSignal): Promise<void> {
  for (;;) {
    const { rowCount } = await control.query(
      `select from sluice.workers_live
       where pid = any($1) and status = 'alive' and started_at < now() - interval '2 seconds'`,
      [pids],
    )
    if (rowCount === pids.length) return
    await delay(100, undefined, { signal })
  }
}
