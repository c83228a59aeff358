import { InvalidArgumentError } from 'commander'

/** Reads an option that takes a whole number. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
      throw new InvalidArgumentError(`It takes a whole number, ${range}.`)
    }
    return value
  }
}

/** Reads an option that takes `none` besides. */
export function orNone<T>(read: (text: string) => T): (text: string) => T | 'none' {
  return (text) => (text === 'none' ? text : read(text))
}

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 }

/** Reads an option that takes a duration: `90s`, `15min`, `12h`, `7d`, or seconds without a unit. */
export function duration(text: string): number {
  const [, count, unit = 's'] = /^(\d{1,9})(s|min|h|d)?$/.exec(text) ?? []
  const seconds = Number(count) * secondsPerUnit[unit]!
  if (!(seconds >= 1)) throw new InvalidArgumentError('It takes a duration, such as 90s, 15min, 12h or 7d.')
  return seconds
}

/** Reads an option that takes a moment: ISO 8601 with a time zone or `Z`, or how long ago; as ISO 8601. */
export function time(text: string): string {
  const ago = /^\d+(s|min|h|d)$/.test(text)
  const moment = ago ? new Date(Date.now() - 1000 * duration(text)) : new Date(text)
  if ((!ago && !/^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text)) || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError(
      'It takes a time, such as 2026-11-21, 2026-11-21T06:00Z, or how long ago: 30min, 2h, 7d.',
    )
  }
  return moment.toISOString()
}

/**
 * Reads one `--param`: a JSON value, or else plain text. A number that JavaScript would round
 * is kept as text, from which the source makes the number that was written.
 */
export function parameter(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return text
  }
  return typeof value === 'number' && String(value) !== text ? text : value
}

/** Adds one `--param` to those before it. */
export function addParameter(text: string, before: readonly unknown[] | false = []): unknown[] {
  return [...(before || []), parameter(text)]
}

/** Adds one name to those before it. */
export function addName(name: string, before: readonly string[] | false = []): string[] {
  return [...(before || []), name]
}

/** Adds one `--label key=value` to those before it. */
export function addLabel(text: string, before: Readonly<Record<string, string>> | false = {}): Record<string, string> {
  const [key, value] = splitLabel(text)
  return { ...before, [key]: value }
}

/** Key and value of `key=value`; throws InvalidArgumentError. */
function splitLabel(text: string): [key: string, value: string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Write it as key=value.')
  return [text.slice(0, equals), text.slice(equals + 1)]
}
