import { exitCodes } from '../exitCodes.ts'
import type { Query } from './apiTypes.ts'
import { renderMessage, renderQueryError } from './renderError.ts'
import { styled } from './style.ts'

/** Says on standard error why a query gave no result; returns the exit code. */
export function tellEnd(query: Query): number {
  console.error(
    query.error === null ? renderMessage(`The query was canceled.`) : renderQueryError(query.sql, query.error),
  )
  console.error(styled('dim', `Query ${query.id} ${query.state.replace('_', ' ')}.`, process.stderr))
  return exitCodes.failed
}
