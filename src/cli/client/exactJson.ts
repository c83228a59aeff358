/** JSON.rawJSON and the third argument of a reviver, which TypeScript's library does not know yet. */
const exact = JSON as unknown as {
  rawJSON(text: string): unknown
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown
}

/**
 * Parses JSON without rounding: a number that a double cannot hold as it is written becomes
 * an object that JSON.stringify writes unchanged.
 *
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== String(value) ? exact.rawJSON(source) : value,
  )
}
