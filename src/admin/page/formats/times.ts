const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })
const spans = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const

/** 12 ms, 3.4 s, 2 min 5 s, 1 h 3 min, 4 d 2 h */
export function formatDuration(ms: number): string {
  if (ms < 1) return '0 ms'
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return pair(seconds, 60, 'min', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return pair(minutes, 60, 'h', 'min')
  return pair(Math.round(minutes / 60), 24, 'd', 'h')
}

/** 5 min. ago, in 2 hr. */
export function formatAgo(at: Date, now: number): string {
  const distance = at.getTime() - now
  const span = spans.find(({ ms }) => Math.abs(distance) >= ms)
  if (span !== undefined) return relative.format(Math.round(distance / span.ms), span.unit)
  const seconds = Math.round(distance / 1000)
  return Math.abs(seconds) < 1 ? 'now' : relative.format(seconds, 'second')
}

/** 14:03:22 in the time zone of the browser */
export function formatClock(at: Date): string {
  return clock.format(at)
}

/** 3 May 2026, 14:03:22 CEST */
export function formatTime(at: Date): string {
  return full.format(at)
}

function pair(value: number, base: number, high: string, low: string): string {
  const rest = value % base
  return rest === 0 ? `${Math.floor(value / base)} ${high}` : `${Math.floor(value / base)} ${high} ${rest} ${low}`
}
