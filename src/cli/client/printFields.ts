import { plainLine } from './plainText.ts'

/** Prints what there is of a thing, one field a line. */
export function printFields(thing: object): void {
  for (const [field, value] of Object.entries(thing) as [string, unknown][]) {
    if (value === null || value === '') continue
    console.log(`${field.padEnd(22)} ${plainLine(typeof value === 'string' ? value : JSON.stringify(value))}`)
  }
}
