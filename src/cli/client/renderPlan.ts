import { plainLine } from './plainText.ts'

type PlanNode = Readonly<Record<string, unknown>>

/** What is told of a step below it, in this order. */
const noted = [
  'Sort Key',
  'Presorted Key',
  'Group Key',
  'Hash Cond',
  'Merge Cond',
  'Index Cond',
  'Recheck Cond',
  'TID Cond',
  'Order By',
  'Join Filter',
  'Filter',
  'One-Time Filter',
  'Cache Key',
  'Workers Planned',
]

/**
 * A plan for people, as EXPLAIN shows it: a line for each step, those that it takes rows from
 * indented below it.
 *
 * @param plan what EXPLAIN (FORMAT JSON) says
 */
export function renderPlan(plan: unknown): string {
  const statements = (Array.isArray(plan) ? plan : [plan]) as PlanNode[]
  return statements.map((statement) => lines((statement['Plan'] ?? {}) as PlanNode, 0).join('\n')).join('\n\n')
}

function lines(node: PlanNode, depth: number): string[] {
  const indent = ' '.repeat(depth * 6)
  const inner = `${indent}  `
  const name = node['Subplan Name']
  return [
    ...(name === undefined ? [] : [`${indent.slice(4)}${plainLine(asText(name))}`]),
    `${depth === 0 ? '' : `${indent.slice(4)}->  `}${plainLine(titleOf(node))}  ${costOf(node)}`,
    ...noted
      .filter((key) => node[key] !== undefined)
      .map((key) => `${inner}${key}: ${plainLine([node[key]].flat().map(asText).join(', '))}`),
    ...((node['Plans'] ?? []) as PlanNode[]).flatMap((below) => lines(below, depth + 1)),
  ]
}

function titleOf(node: PlanNode): string {
  const text = (key: string): string => asText(node[key])
  const on = text('Relation Name') || text('CTE Name') || text('Function Name') || text('Alias')
  const alias = on !== '' && text('Alias') !== '' && text('Alias') !== on ? ` ${text('Alias')}` : ''
  return [
    `${node['Parallel Aware'] === true ? 'Parallel ' : ''}${stepOf(text)}`,
    text('Index Name') && `using ${text('Index Name')}`,
    on && `on ${on}${alias}`,
  ]
    .filter(Boolean)
    .join(' ')
}

function stepOf(text: (key: string) => string): string {
  const type = text('Node Type')
  const join = text('Join Type')
  const partial = text('Partial Mode')
  const prefix = partial === '' || partial === 'Simple' ? '' : `${partial} `
  if (type === 'ModifyTable') return text('Operation')
  if (type === 'Aggregate') {
    const strategy = { Sorted: 'Group', Hashed: 'Hash', Mixed: 'Mixed' }[text('Strategy')] ?? ''
    return `${prefix}${strategy}Aggregate`
  }
  if (join === '' || join === 'Inner') return type
  return type === 'Nested Loop' ? `${type} ${join} Join` : type.replace(/ Join$/, ` ${join} Join`)
}

function costOf(node: PlanNode): string {
  const cost = (key: string): string => Number(node[key] ?? 0).toFixed(2)
  return `(cost=${cost('Startup Cost')}..${cost('Total Cost')} rows=${asText(node['Plan Rows'])} width=${asText(node['Plan Width'])})`
}

function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
