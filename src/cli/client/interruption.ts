import { exitCodes } from '../exitCodes.ts'
import { onStopSignal } from '../signals.ts'

/**
 * Runs `action` with a signal that the first Ctrl-C aborts; the second one ends the process
 * at once.
 */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stopListening = onStopSignal(
    () => controller.abort(),
    () => process.exit(exitCodes.interrupted),
  )
  try {
    return await action(controller.signal)
  } finally {
    stopListening()
  }
}
