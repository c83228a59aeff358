import { createLogUpdate } from 'log-update'
import { ApiError, reason } from './apiErrors.ts'
import type { Query } from './apiTypes.ts'
import { progressText, type ProgressState } from './progressText.ts'
import { cutText } from './textWidth.ts'

/** A query that is quicker than this shows no progress. */
const firstShownAfterMs = 300
const redrawMs = 100

/** A line on standard error that tells how far a query is. */
export interface Progress {
  /** Whether somebody watches it. */
  readonly isWatched: boolean
  seen(query: Query): void
  away(error: unknown): void
  canceling(): void
  /** So many bytes of the result have arrived. */
  fetched(bytes: number): void
  /** Takes the line away for good. */
  stop(): void
}

/** Starts the progress line. It is drawn on a terminal only, and not under NO_COLOR. */
export function startProgress(): Progress {
  const state: ProgressState = { query: undefined, trouble: undefined, canceling: false, fetchedBytes: undefined }
  const line = isTerminal() ? drawRepeatedly(state) : undefined
  return {
    isWatched: line !== undefined,
    seen(query) {
      state.query = query
      state.trouble = undefined
    },
    away(error) {
      state.trouble = error instanceof ApiError ? error.problem.title : reason(error)
    },
    canceling() {
      state.canceling = true
    },
    fetched(bytes) {
      state.fetchedBytes = bytes
    },
    stop: () => line?.stop(),
  }
}

function isTerminal(): boolean {
  return process.stderr.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}

function drawRepeatedly(state: ProgressState): { stop(): void } {
  const startedAt = performance.now()
  // The cursor stays visible: a process that is killed could not bring it back.
  const draw = createLogUpdate(process.stderr, { showCursor: true })
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= firstShownAfterMs) draw(cutText(progressText(state, elapsedMs), process.stderr.columns - 1))
  }, redrawMs)
  // The line alone is no reason for the process to live.
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      draw.clear()
    },
  }
}
