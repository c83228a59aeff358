/** What JSON makes of a record: times as text. */
export function asJson(record: object): never {
  return JSON.parse(JSON.stringify(record)) as never
}
