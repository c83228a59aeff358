const microsecondsPerDay = 86_400_000_000

const dateTexts = new Map<number, string>()
const dateTextsKept = 10_000

/**
 * A day in ISO 8601; years beyond 9999 or before 1 in its expanded form, `+010000-01-01`, `-000043-03-15`.
 *
 * @param days since 1970-01-01
 */
export function dateText(days: number): string {
  let text = dateTexts.get(days)
  if (text === undefined) {
    text = formatDate(days)
    if (dateTexts.size >= dateTextsKept) dateTexts.clear()
    dateTexts.set(days, text)
  }
  return text
}

/** In the proleptic Gregorian calendar (Hinnant's civil_from_days). */
function formatDate(days: number): string {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const yearText =
    year >= 0 && year <= 9999
      ? String(year).padStart(4, '0')
      : `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
  return `${yearText}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/**
 * A time in ISO 8601. A fraction of a second has six digits or is left out.
 *
 * @param high signed upper half of the microseconds since 1970
 * @param low unsigned lower half
 * @param epochDays days from 1970-01-01 to the day that the microseconds count from
 */
export function timestampText(high: number, low: number, zoned: boolean, epochDays = 0): string {
  let days: number
  let rest: number
  if (high < 0x200000 && high >= -0x200000) {
    const value = high * 2 ** 32 + low
    days = Math.floor(value / microsecondsPerDay)
    rest = value - days * microsecondsPerDay
  } else {
    const value = (BigInt(high) << 32n) | BigInt(low)
    const perDay = BigInt(microsecondsPerDay)
    const remainder = ((value % perDay) + perDay) % perDay
    days = Number((value - remainder) / perDay)
    rest = Number(remainder)
  }
  return `${dateText(days + epochDays)}T${timeText(rest)}${zoned ? 'Z' : ''}`
}

/**
 * A time of day in ISO 8601, `24:00:00` included.
 *
 * @param microseconds since midnight
 */
export function timeText(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6)
  const fraction = microseconds - seconds * 1e6
  const time = `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`
  return fraction === 0 ? time : `${time}.${String(fraction).padStart(6, '0')}`
}

/** An interval as PostgreSQL prints it with IntervalStyle postgres, `1 year -2 days +03:04:05.6`. */
export function intervalText(months: number, days: number, microseconds: bigint): string {
  const years = Math.trunc(months / 12)
  let text = ''
  let afterNegative = false
  for (const [count, unit] of [
    [years, 'year'],
    [months - 12 * years, 'mon'],
    [days, 'day'],
  ] as const) {
    if (count === 0) continue
    text += `${text && ' '}${afterNegative && count > 0 ? '+' : ''}${count} ${unit}${count === 1 ? '' : 's'}`
    afterNegative = count < 0
  }
  if (microseconds === 0n && text !== '') return text

  const isNegative = microseconds < 0n
  const magnitude = isNegative ? -microseconds : microseconds
  const seconds = Number(magnitude / 1_000_000n)
  const fraction = Number(magnitude % 1_000_000n)
  const hours = Math.floor(seconds / 3600)
  const sign = isNegative ? '-' : afterNegative ? '+' : ''
  const decimals = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
  const time = `${twoDigits(hours)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}${decimals}`
  return `${text}${text && ' '}${sign}${time}`
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
