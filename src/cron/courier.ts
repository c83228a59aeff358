import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { nextDelivery, noteAttempt, takeDue, type Due } from '../delivery/deliveries.ts'
import type { Poster } from '../delivery/post.ts'
import { judge } from '../delivery/retries.ts'
import { signedHeaders } from '../delivery/signature.ts'
import type { Logger } from '../log.ts'
import type { Held } from './beat.ts'

const mostUnderWay = 128
/** So that a slow receiver leaves room for the others. */
const mostEach = 8
/** Beyond so many calls a receiver has but one more, so that several slow ones leave room, too. */
const crowded = mostUnderWay / 2
/** Under load deliveries are taken no more often than this. */
const gatherMs = 10
/** Back-stop for a notification that was lost. */
const lookMs = 5_000
/** When the beat is given up, calls may end for so long; one that was broken off is made again after its lease. */
const endMs = 2_000

export interface CourierOptions {
  pool: pg.Pool
  poster: Poster
  logger: Logger
}

/** Sends what is due to webhooks for as long as the beat is held, then gives what is under way a moment to end. */
export async function runCourier({ pool, poster, logger }: CourierOptions, held: Held): Promise<void> {
  const underWay = new Map<string, number>()
  const sending = new Set<Promise<void>>()
  const breakOff = new AbortController()
  let wake = new AbortController()
  held.onDelivery(() => wake.abort())
  held.signal.addEventListener('abort', () => wake.abort(), { once: true })

  const start = (due: Due): void => {
    underWay.set(due.webhook, (underWay.get(due.webhook) ?? 0) + 1)
    const attempt = deliver(due, { pool, poster, logger }, breakOff.signal)
      .catch((error: unknown) =>
        logger.warn({ err: error, delivery: due.id }, 'could not note a delivery; it is sent again'),
      )
      .finally(() => {
        const left = underWay.get(due.webhook)! - 1
        if (left === 0) underWay.delete(due.webhook)
        else underWay.set(due.webhook, left)
        sending.delete(attempt)
        wake.abort()
      })
    sending.add(attempt)
  }

  while (!held.signal.aborted) {
    let waitMs = lookMs
    wake = new AbortController()
    try {
      const isCrowded = sending.size >= crowded
      const room = (isCrowded ? mostUnderWay : crowded) - sending.size
      const taken = room === 0 ? [] : await takeDue(pool, room, isCrowded ? 1 : mostEach, underWay)
      for (const due of taken) start(due)
      // What is due for a receiver that has its share under way is taken when one of these ends.
      if (room > 0 && taken.length === room) waitMs = 0
      else if (sending.size === 0) waitMs = Math.min(lookMs, Math.max(0, (await nextDelivery(pool)) * 1000))
    } catch (error) {
      logger.warn({ err: error }, 'could not look for deliveries; it is tried again')
    }
    if (held.signal.aborted) break
    await sleep(gatherMs)
    await sleep(waitMs, undefined, { signal: wake.signal }).catch(() => undefined)
  }
  const inTime = setTimeout(() => breakOff.abort(), endMs)
  await Promise.all(sending)
  clearTimeout(inTime)
}

async function deliver(due: Due, { pool, poster, logger }: CourierOptions, breakOff: AbortSignal): Promise<void> {
  const at = new Date()
  const startedAt = performance.now()
  const headers = signedHeaders(`msg_${due.id}`, at, due.body, due.secrets)
  const answer = await poster.post(due.url, headers, due.body, breakOff)
  if (answer.status === undefined && breakOff.aborted) return
  const verdict = judge(answer, due.attempt, Math.random())
  const log = {
    at: at.toISOString(),
    status: answer.status ?? null,
    error: verdict.error,
    duration_ms: Math.round(performance.now() - startedAt),
  }
  const state = await noteAttempt(pool, due, log, verdict)
  const about = { webhook: due.webhook, delivery: due.id, attempt: due.attempt, status: log.status, cause: log.error }
  if (state === 'disabled') logger.error(about, 'a webhook is disabled; enable it when it works again')
  else if (state === 'failed') logger.error(about, 'a delivery is given up; it can be sent again by hand')
  else if (!verdict.succeeded) logger.warn(about, 'a delivery failed; it is tried again')
}
