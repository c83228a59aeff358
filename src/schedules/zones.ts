const formats = new Map<string, Intl.DateTimeFormat>()

/** Whether this runtime knows a time zone by an IANA name, such as Europe/Berlin. */
export function isTimeZone(name: string): boolean {
  // Bare offsets and abbreviations are no places: what they mean does not change with the law.
  if (!/^[A-Za-z]/.test(name) || (!name.includes('/') && name !== 'UTC')) return false
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

/** What a time zone adds to UTC at an instant, in milliseconds. */
export function offsetAt(zone: string, instantMs: number): number {
  if (zone === 'UTC') return 0
  // `GMT`, `GMT+02:00`, or with seconds for times before there were zones.
  const text = formatOf(zone).format(instantMs)
  const found = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
  if (found === null) throw new Error(`Time zone ${zone} has no offset in ${JSON.stringify(text)}.`)
  const [, sign, hours = 0, minutes = 0, seconds = 0] = found
  const offset = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -offset : offset
}

/** The first instant after `fromMs` at which the offset is no longer that of `fromMs`; it must have changed by `untilMs`. */
export function transitionBetween(zone: string, fromMs: number, untilMs: number): number {
  const before = offsetAt(zone, fromMs)
  let [low, high] = [fromMs, untilMs]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(zone, middle) === before) low = middle
    else high = middle
  }
  return high
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    formats.set(zone, format)
  }
  return format
}
