import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, FaultContext } from './fault.ts'

/**
 * A commit takes place, but whoever asked for it is not told: PostgreSQL's answers are held back,
 * then the connections break, or the worker is killed.
 */
export const lostAnswers: Fault = {
  name: 'answers to commits lost',
  async inject(context) {
    const { stack, random } = context
    const index = random.whole(0, stack.workers.length - 1)
    const way = stack.workerWays[index]!
    way.silence('to client')
    await waitForCommit(context)
    const kills = random.chance(0.5)
    if (kills) await stack.workers[index]!.end('SIGKILL')
    else way.breakSome(() => true)
    way.mend()
    return `${stack.workers[index]!.name} ${kills ? 'killed' : 'cut off'} inside a commit`
  },
}

/** What the server was about to answer to a submission is lost with its connections. */
export const lostSubmissionAnswers: Fault = {
  name: 'answers to submissions lost',
  async inject(context) {
    const { stack } = context
    stack.serverWay.silence('to client')
    await waitForCommit(context)
    const broken = stack.serverWay.breakSome(() => true)
    stack.serverWay.mend()
    return `${broken} connections`
  },
}

/** Waits for a change of state, briefly: without work there is none. */
async function waitForCommit({ stack, random }: FaultContext): Promise<void> {
  const events = async (): Promise<string> => {
    const { rows } = await stack.control.query<{ id: string }>('select max(id)::text as id from sluice.query_events')
    return rows[0]!.id
  }
  const before = await events()
  const until = performance.now() + 2_000
  while ((await events()) === before && performance.now() < until) await sleep(2)
  await sleep(random.between(0, 300))
}
