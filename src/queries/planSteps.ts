/** A step of a plan, named as EXPLAIN names it. */
export interface PlanStep {
  /** Where it stands in the tree: `0.1` is the second step that the first takes rows from. */
  path: string
  /** Of a part that is run for itself, such as `InitPlan 1`; null: rows go to the step above. */
  subplan: string | null
  title: string
  /** What it compares, sorts or groups by. */
  notes: string[]
  startup_cost: number
  total_cost: number
  rows: number
  /** Bytes of a row. */
  width: number
}

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

/** The steps of what EXPLAIN (FORMAT JSON) says, each before those that it takes rows from. */
export function planSteps(plan: unknown): PlanStep[] {
  const statements = [plan].flat() as PlanNode[]
  return statements.flatMap((statement, index) => stepsOf((statement['Plan'] ?? {}) as PlanNode, String(index)))
}

function stepsOf(node: PlanNode, path: string): PlanStep[] {
  const number = (key: string): number => Number(node[key] ?? 0)
  const step: PlanStep = {
    path,
    subplan: asText(node['Subplan Name']) || null,
    title: titleOf(node),
    notes: noted
      .filter((key) => node[key] !== undefined)
      .map((key) => `${key}: ${[node[key]].flat().map(asText).join(', ')}`),
    startup_cost: number('Startup Cost'),
    total_cost: number('Total Cost'),
    rows: number('Plan Rows'),
    width: number('Plan Width'),
  }
  const below = (node['Plans'] ?? []) as PlanNode[]
  return [step, ...below.flatMap((each, index) => stepsOf(each, `${path}.${index}`))]
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

function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
