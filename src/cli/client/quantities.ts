const counts = new Intl.NumberFormat('en-US')

/** A count with its thousands apart: `1,000,000`. */
export function formatCount(count: number): string {
  return counts.format(count)
}

/** A count with its noun: `1 row`, `2,000 rows`. */
export function formatRows(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'row' : 'rows'}`
}

const byteUnits = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** Bytes in powers of 1,000: `812 bytes`, `4.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // 999.95 kB would be written as 1000.0 kB.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < byteUnits.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${byteUnits[unit]!}`
}

/** A duration with at most two units: `12 ms`, `3.4 s`, `2 min 5 s`, `3 h 12 min`, `5 d 1 h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return twoUnits(seconds, 60, 'min', 1, 's')
  if (seconds < 86_400) return twoUnits(seconds, 3600, 'h', 60, 'min')
  return twoUnits(seconds, 86_400, 'd', 3600, 'h')
}

function twoUnits(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`
}
