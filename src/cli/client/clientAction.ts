import { errorCodes, RequestError, UsageError } from '../../errors.ts'
import { exitCodes } from '../exitCodes.ts'
import { ApiError, NotSluice, ServerUnreachable } from './apiErrors.ts'
import { renderMessage, renderProblem } from './renderError.ts'

/** Statuses of requests that the caller can put right by asking otherwise. */
const usageStatuses = new Set([400, 401, 403, 404, 406, 413, 415])

/** A command could not do its work; the message is for the person at the terminal. Exit code 1. */
export class CommandFailed extends Error {
  override name = 'CommandFailed'
}

/**
 * Runs the action of a client command: what it returns is the exit code, and what it throws
 * is told on standard error. Errors that nobody foresaw are thrown on.
 */
export async function clientAction(action: () => Promise<number>): Promise<void> {
  process.stdout.on('error', endIfUnread)
  try {
    process.exitCode = await action()
  } catch (error) {
    process.exitCode = tell(error)
  }
}

/** Prints an error and returns the exit code for it. */
export function tell(error: unknown): number {
  if (error instanceof ApiError) {
    console.error(renderProblem(error.problem))
    return usageStatuses.has(error.problem.status) ? exitCodes.usage : exitCodes.failed
  }
  if (error instanceof RequestError) {
    const { status, title, retryable } = errorCodes[error.code]
    console.error(
      renderProblem({ type: 'about:blank', title, status, detail: error.message, code: error.code, retryable }),
    )
    return usageStatuses.has(status) ? exitCodes.usage : exitCodes.failed
  }
  if (error instanceof UsageError) {
    console.error(renderMessage(error.message))
    return exitCodes.usage
  }
  if (error instanceof ServerUnreachable || error instanceof NotSluice || error instanceof CommandFailed) {
    console.error(renderMessage(error.message))
    return exitCodes.failed
  }
  throw error
}

/** Whoever reads standard output has seen enough (`| head`): that is no error. */
function endIfUnread(error: Error & { code?: string }): void {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
