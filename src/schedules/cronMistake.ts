/** What each field takes, by the name that the library gives it. */
const fields: Readonly<Record<string, string>> = {
  second: 'second takes 0 to 59',
  minute: 'minute takes 0 to 59',
  hour: 'hour takes 0 to 23',
  day: 'day of month takes 1 to 31',
  nearestWeekdays: 'day of month takes 1W to 31W',
  month: 'month takes 1 to 12, or JAN to DEC',
  dayOfWeek: 'day of week takes 0 to 7, or SUN to SAT',
}

const order = ['second', 'minute', 'hour', 'day', 'month', 'dayOfWeek']

/**
 * What is wrong with a cron pattern, for people. The library counts days and months from 0 in
 * what it says, so a value that is out of range is told by what its field takes.
 */
export function cronMistake(error: Error): string {
  const text = error.message.replace(/^CronPattern: /, '').replace(/[.\s]+$/, '')
  const outside = fields[/^Invalid value for (\w+):/.exec(text)?.[1] ?? '']
  if (outside !== undefined) return outside
  const illegal = /^configuration entry (\d) \((.*)\) contains illegal characters$/.exec(text)
  if (illegal !== null) return `${illegal[2]} is not what it takes: ${fields[order[Number(illegal[1])] ?? ''] ?? text}`
  return text
}
