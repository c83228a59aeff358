/** Fri 21 Nov 2026, 02:30 in a time zone; in that of the browser if it knows no such zone. */
export function formatIn(timeZone: string, at: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const
  const seconds = new Date(at).getUTCSeconds() === 0 ? {} : ({ second: '2-digit' } as const)
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, ...seconds, timeZone }).format(new Date(at))
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, ...seconds }).format(new Date(at))
  }
}
