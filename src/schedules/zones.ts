const formats = new Map<string, Intl.DateTimeFormat>()

/** IANA names of one word that mean the same everywhere, in lower case. */
const words: ReadonlySet<string> = new Set(
  (
    'cst6cdt cuba egypt eire est est5edt gb gb-eire gmt gmt+0 gmt-0 gmt0 greenwich hongkong hst iceland iran israel ' +
    'jamaica japan kwajalein libya mst mst7mdt navajo nz nz-chat poland portugal prc pst8pdt roc rok singapore ' +
    'turkey uct universal utc w-su zulu'
  ).split(' '),
)

/** Why a time zone is none that a schedule takes; undefined: it is one, such as Europe/Berlin. */
export function zoneProblem(name: string): string | undefined {
  const quoted = JSON.stringify(name)
  const advice = 'Write UTC, or a place such as Europe/Berlin'
  if (!isKnown(name)) return `${quoted} is no IANA time zone. ${advice}`
  if (name.includes('/') || words.has(name.toLowerCase())) return undefined
  // PostgreSQL knows abbreviations before zones: CET is there +01:00 all the year, BST no zone of Asia.
  return `${quoted} is an abbreviation that PostgreSQL reads otherwise than the name of the zone. ${advice}`
}

function isKnown(name: string): boolean {
  // What an offset such as +02:00 means does not change with the law: it is no zone.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

/** What a time zone adds to UTC at an instant, in milliseconds. */
export function offsetAt(zone: string, instantMs: number): number {
  if (/^utc$/i.test(zone)) return 0
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
