const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** 1234567 → 1,234,567 */
export function formatCount(value: number): string {
  return whole.format(value)
}

/** 1234567 → 1.2M */
export function formatCompact(value: number): string {
  return compact.format(value)
}

/** 1234567 → 1.2 MB */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // What would round to 1000 of a unit is shown as 1 of the next.
  while (Math.abs(value) >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || Math.abs(value) >= 99.5 ? 0 : 1
  return `${value.toFixed(digits)} ${byteUnits[unit]}`
}

/** `1 row`, `2 rows` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** 0.0512 → 5.1 % */
export function formatShare(share: number): string {
  const percent = share * 100
  return `${percent === 0 || percent >= 9.95 ? percent.toFixed(0) : percent.toFixed(1)} %`
}
