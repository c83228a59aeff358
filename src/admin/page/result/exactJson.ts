/** A value that JSON.stringify writes as its text (TC39 JSON.parse source text access). */
type WithRawJson = typeof JSON & { rawJSON?: (text: string) => unknown }

const json = JSON as WithRawJson

/**
 * Parses JSON without rounding: a number that JavaScript would write otherwise keeps its text,
 * and JSON.stringify writes it so.
 */
export function parseExactly(text: string): unknown {
  const { rawJSON } = json
  if (rawJSON === undefined) return JSON.parse(text)
  return JSON.parse(text, (_, value: unknown, context?: { source?: string }) => {
    const source = context?.source
    return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value
  })
}
