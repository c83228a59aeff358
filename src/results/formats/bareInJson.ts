import type { ColumnLayout } from '../../arrow/columns.ts'

/** Whether JSON shows the text of a layout without quotes, unless it is not a JSON number. */
export function isBareInJson(kind: ColumnLayout['kind']): boolean {
  return (
    kind === 'bool' ||
    kind === 'int16' ||
    kind === 'int32' ||
    kind === 'uint32' ||
    kind === 'float32' ||
    kind === 'float64' ||
    kind === 'json'
  )
}
