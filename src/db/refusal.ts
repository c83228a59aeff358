import { RequestError, type RequestErrorCode } from '../errors.ts'
import { sqlStateOf } from './sqlState.ts'

/** SQLSTATE of refusals by functions of schema sluice, with `code: …` in the detail. */
const refusalState = 'SLUIC'

/**
 * Calls a function of schema sluice.
 *
 * @throws RequestError with the code and sentence that it refuses with
 */
export async function refusing<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    const code = /^code: (\w+)$/.exec((error as { detail?: string }).detail ?? '')?.[1]
    if (sqlStateOf(error) !== refusalState || code === undefined) throw error
    throw new RequestError(code as RequestErrorCode, (error as Error).message)
  }
}
