import type { Problem, QueryError } from './apiTypes.ts'
import { plainLine, plainLines } from './plainText.ts'
import { sqlExcerpt } from './sqlExcerpt.ts'
import { styled, type Format } from './style.ts'

const widthWithoutTerminal = 100

/** Paints a part of an error. */
export type Paint = (format: Format, text: string) => string

const onStderr: Paint = (format, text) => styled(format, text, process.stderr)

/**
 * The error of a query, for people: message with SQLSTATE, the line of SQL with a caret, hint.
 *
 * @param width terminal columns
 */
export function renderQueryError(
  sql: string,
  error: QueryError,
  width: number = process.stderr.columns ?? widthWithoutTerminal,
  paint: Paint = onStderr,
): string {
  const what = error.sqlstate === undefined ? error.code : `SQLSTATE ${error.sqlstate}`
  const lines = [`${paint(['bold', 'red'], 'Error:')} ${plainLines(error.message)} ${paint('dim', `(${what})`)}`]
  if (error.position !== undefined) {
    // Line numbers of a statement have at most 7 digits: it has at most 1 MB.
    const excerpt = sqlExcerpt(sql, error.position, Math.max(20, width - 'Line 1000000: '.length))
    if (excerpt !== undefined) {
      const head = `Line ${excerpt.lineNumber}: `
      lines.push(paint('dim', head) + excerpt.line)
      lines.push(' '.repeat(head.length + excerpt.indent) + paint(['bold', 'red'], '^'))
    }
  }
  if (error.column !== undefined) lines.push(`${paint('bold', 'Column:')} ${plainLine(error.column)}`)
  if (error.hint !== undefined) lines.push(`${paint('bold', 'Hint:')} ${plainLines(error.hint)}`)
  return lines.join('\n')
}

/** A request that was refused, for people: title, detail, the fields that are wrong, what to do. */
export function renderProblem(problem: Problem, paint: Paint = onStderr): string {
  const lines = [`${paint(['bold', 'red'], 'Error:')} ${plainLine(problem.title)} ${paint('dim', `(${problem.code})`)}`]
  if (problem.detail !== '') lines.push(`  ${plainLine(problem.detail)}`)
  for (const { path, message } of problem.errors ?? []) {
    // Most details name their fields already.
    if (!problem.detail.includes(message)) lines.push(`  ${plainLine(path)}: ${plainLine(message)}`)
  }
  if (problem.hint !== undefined) lines.push(`${paint('bold', 'Hint:')} ${plainLines(problem.hint)}`)
  if (problem.code === 'unauthorized') {
    lines.push(`${paint('bold', 'Hint:')} set SLUICE_API_KEY to the API key of the server.`)
  }
  return lines.join('\n')
}

/** One sentence about what went wrong, for people. */
export function renderMessage(message: string, paint: Paint = onStderr): string {
  return `${paint(['bold', 'red'], 'Error:')} ${plainLines(message)}`
}
