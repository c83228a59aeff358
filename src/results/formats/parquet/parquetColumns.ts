import type { Column, ColumnLayout, Field } from '../../../arrow/columns.ts'

/** Columns as Parquet can hold them: it has no intervals of months, days and microseconds, so these are text. */
export function parquetColumns(columns: readonly Column[]): Column[] {
  return columns.map((column) => {
    const layout = withoutIntervals(column.layout)
    if (layout === column.layout) return column
    const stored = { layout: column.layout, before: Number.POSITIVE_INFINITY }
    return { ...column, layout, earlier: [...(column.earlier ?? []), stored] }
  })
}

function withoutIntervals(layout: ColumnLayout): ColumnLayout {
  switch (layout.kind) {
    case 'interval':
      return { kind: 'utf8' }
    case 'list': {
      const item = fieldWithoutIntervals(layout.item)
      return item === layout.item ? layout : { kind: 'list', item }
    }
    case 'struct': {
      const fields = layout.fields.map(fieldWithoutIntervals)
      return fields.every((field, i) => field === layout.fields[i]) ? layout : { kind: 'struct', fields }
    }
    default:
      return layout
  }
}

function fieldWithoutIntervals(field: Field): Field {
  const layout = withoutIntervals(field.layout)
  return layout === field.layout ? field : { ...field, layout }
}
