import type { Problem } from './apiTypes.ts'

/** A request that the server refused. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** The server could not be reached, or the connection broke before the answer was there. */
export class ServerUnreachable extends Error {
  override name = 'ServerUnreachable'

  constructor(url: string, cause: unknown) {
    super(
      `No Sluice server answers at ${url} (${reason(cause)}). Start one with sluice dev or sluice server, or set SLUICE_URL or --url to where one runs.`,
      { cause },
    )
  }
}

/** What answers at the address is no Sluice server. */
export class NotSluice extends Error {
  override name = 'NotSluice'

  constructor(url: string, response: Response) {
    const type = response.headers.get('content-type') ?? 'no content type'
    super(
      `What answers at ${url} is not a Sluice server (${response.status}, ${type}). Set SLUICE_URL or --url to where one runs.`,
    )
  }
}

/** Whether asking again later may help: the server or its database is away for a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof ServerUnreachable || (error instanceof ApiError && error.problem.retryable)
}

/** Why a connection failed, in few words: the code of the system if there is one. */
export function reason(error: unknown): string {
  const { cause, code, message, errors } = error as {
    cause?: unknown
    code?: string
    message?: string
    errors?: unknown[]
  }
  if (cause !== undefined) return reason(cause)
  if (Array.isArray(errors) && errors.length > 0) return reason(errors[0])
  return typeof code === 'string' ? code : (message ?? String(error))
}
