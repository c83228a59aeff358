import { exitCodes } from '../exitCodes.ts'
import type { ApiClient } from './apiClient.ts'
import { awaitEnd } from './awaitEnd.ts'
import { tell } from './clientAction.ts'
import type { Progress } from './progress.ts'

/** A statement that does not end when it is canceled is ended by force well before this. */
const longestCancelSeconds = 15

/** Cancels a query for a person who pressed Ctrl-C and says what became of it; returns the exit code. */
export async function cancelInterrupted(client: ApiClient, id: string, progress: Progress): Promise<number> {
  progress.canceling()
  try {
    const canceling = await client.cancel(id)
    const query = await awaitEnd(client, canceling, { sliceSeconds: 5, limitSeconds: longestCancelSeconds })
    progress.stop()
    console.error(outcome(id, query.state))
  } catch (error) {
    progress.stop()
    tell(error)
    console.error(`Query ${id} could not be canceled: it may still run.`)
  }
  return exitCodes.interrupted
}

function outcome(id: string, state: string): string {
  if (state === 'canceled') return `Canceled query ${id}.`
  if (state === 'canceling') return `Query ${id} is being canceled.`
  return `Query ${id} had ended before it could be canceled: it is ${state}.`
}
