import { childFields, hasOffsets, type Field } from './columns.ts'
import { isNull, type DecodedColumn } from './decodedColumn.ts'
import { valueText } from './text/valueText.ts'

/**
 * A column in another layout: as text, empty lists as lists of another depth, or the same
 * done to what lies inside it.
 *
 * @throws Error for any other pair of layouts
 */
export function convertColumn(stored: DecodedColumn, to: Field): DecodedColumn {
  const from = stored.column.layout.kind
  if (to.layout.kind === 'utf8' && from !== 'utf8') return asText(stored, to)
  if (to.layout.kind !== from) throw new Error(`A column stored as ${from} cannot become ${to.layout.kind}`)
  const fields = childFields(to.layout)
  const children = stored.children.map((child, i) =>
    child.length === 0 ? noValues(fields[i]!) : convertColumn(child, fields[i]!),
  )
  return { ...stored, column: to, children }
}

function asText(stored: DecodedColumn, column: Field): DecodedColumn {
  const text = valueText(stored)
  const offsets = new Int32Array(stored.length + 1)
  const texts: Buffer[] = []
  for (let row = 0; row < stored.length; row++) {
    const bytes = Buffer.from(isNull(stored, row) ? '' : text(row))
    texts.push(bytes)
    offsets[row + 1] = offsets[row]! + bytes.length
  }
  const { length, validity } = stored
  return { column, length, validity, offsets, values: Buffer.concat(texts), children: [] }
}

function noValues(column: Field): DecodedColumn {
  return {
    column,
    length: 0,
    validity: undefined,
    offsets: hasOffsets(column.layout) ? new Int32Array(1) : undefined,
    values: new Uint8Array(0),
    children: childFields(column.layout).map(noValues),
  }
}
