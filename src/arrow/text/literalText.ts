/** An item of a PostgreSQL array literal that stands there as it is. */
const plainItem = /^(?!null$)[^ \t\n\r\v\f"\\{},]+$/i
/** A part of a PostgreSQL row literal that stands there as it is. */
const plainPart = /^[^ \t\n\r\v\f"\\(),]+$/

/** A PostgreSQL array literal, such as `{1,NULL,"a b"}`, of items that are quoted already. */
export function arrayLiteral(items: readonly string[]): string {
  return `{${items.join()}}`
}

/** An item of an array literal; null is null. */
export function arrayItem(text: string | null): string {
  if (text === null) return 'NULL'
  return plainItem.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** A PostgreSQL row literal, such as `(1,,"a b")`; null is null. */
export function rowLiteral(parts: readonly (string | null)[]): string {
  return `(${parts.map((text) => (text === null ? '' : rowPart(text))).join()})`
}

function rowPart(text: string): string {
  return plainPart.test(text) ? text : `"${text.replaceAll(/["\\]/g, '$&$&')}"`
}
