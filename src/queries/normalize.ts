/** A longer shape tells nobody more. */
const longestShape = 10_000
const constantMark = '?'

/**
 * One alternative for each kind of token: what stands for itself (quoted identifiers, words,
 * parameters, operators), constants (strings of every kind, numbers; one that is not closed goes
 * to the end), and what is skipped (comments, white space). Block comments and dollar quotes nest or name their own end, so
 * only their start is found here.
 */
const token = new RegExp(
  [
    String.raw`(?<quoted>"(?:[^"]|"")*")`,
    String.raw`(?<constant>[eE]'(?:[^'\\]|''|\\[^])*'|(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'|0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<unclosed>')`,
    String.raw`(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<skipped>--[^\n]*|\s+)`,
    String.raw`(?<comment>\/\*)`,
    String.raw`(?<other>\$\d+|(?:(?!--|\/\*)[-+*\/<>=~!@#%^&|?:])+|[^])`,
  ].join('|'),
  'y',
)

/**
 * The shape of a statement: constants become `?`, a list of them becomes one, comments go,
 * white space becomes one blank, words are in lower case. Two statements that differ in
 * nothing else have the same shape. Any text has one, also what is not SQL.
 */
export function normalize(sql: string): string {
  const parts: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < sql.length) {
    const { quoted, constant, unclosed, dollar, word, comment, other } = token.exec(sql)!.groups!
    if (comment !== undefined) token.lastIndex = endOfComment(sql, token.lastIndex)
    else if (dollar !== undefined) {
      const end = sql.indexOf(dollar, token.lastIndex)
      token.lastIndex = end === -1 ? sql.length : end + dollar.length
      pushConstant(parts)
    } else if (unclosed !== undefined) {
      token.lastIndex = sql.length
      pushConstant(parts)
    } else if (constant !== undefined) pushConstant(parts)
    else if (word !== undefined) parts.push(word.toLowerCase())
    else if (quoted !== undefined || other !== undefined) parts.push((quoted ?? other)!)
  }
  while (parts.at(-1) === ';') parts.pop()
  return spaced(parts)
    .replaceAll(/\(\?\)(?:, \(\?\))+/g, '(?)')
    .slice(0, longestShape)
}

/** A list of constants becomes one, whatever its length, and a sign belongs to its number. */
function pushConstant(parts: string[]): void {
  const before = parts.at(-2)
  if (/^[-+]$/.test(parts.at(-1) ?? '') && (before === undefined || /^([(,[]|[-+*/<>=]+)$/.test(before))) parts.pop()
  if (parts.at(-1) === ',' && parts.at(-2) === constantMark) parts.pop()
  else parts.push(constantMark)
}

/** Blanks between the parts where a person would write them. */
function spaced(parts: readonly string[]): string {
  let text = ''
  for (const [i, part] of parts.entries()) {
    const tight = i === 0 || /^[,.;)\]]$|^::$/.test(part) || /^([.([]|::)$/.test(parts[i - 1]!)
    text += tight ? part : ` ${part}`
  }
  return text
}

/** Where a block comment ends that began before `from`; comments nest. */
function endOfComment(sql: string, from: number): number {
  let depth = 1
  const edge = /\/\*|\*\//g
  edge.lastIndex = from
  for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return sql.length
}
