/** A step of a plan, as a line of a tree. */
export interface PlanStep {
  /** Where it stands in the tree. */
  key: string
  depth: number
  title: string
  /** What it compares, sorts or groups by. */
  notes: string[]
  cost: number
  rows: number
  width: number
}

type PlanNode = Readonly<Record<string, unknown>>

const noted =
  /^(Sort Key|Presorted Key|Group Key|Hash Cond|Merge Cond|Index Cond|Recheck Cond|TID Cond|Order By|Join Filter|Filter|One-Time Filter|Cache Key|Workers Planned)$/

/** The steps of what EXPLAIN (FORMAT JSON) says, each before those that it takes rows from. */
export function stepsOf(plan: unknown): PlanStep[] {
  const statements = [plan].flat() as PlanNode[]
  return statements.flatMap((statement, index) => steps((statement['Plan'] ?? {}) as PlanNode, 0, String(index)))
}

function steps(node: PlanNode, depth: number, key: string): PlanStep[] {
  const step = {
    key,
    depth,
    title: titleOf(node),
    notes: Object.entries(node)
      .filter(([name]) => noted.test(name))
      .map(([name, value]) => `${name}: ${[value].flat().map(asText).join(', ')}`),
    cost: Number(node['Total Cost'] ?? 0),
    rows: Number(node['Plan Rows'] ?? 0),
    width: Number(node['Plan Width'] ?? 0),
  }
  const below = (node['Plans'] ?? []) as PlanNode[]
  return [step, ...below.flatMap((child, index) => steps(child, depth + 1, `${key}.${index}`))]
}

function titleOf(node: PlanNode): string {
  const text = (name: string): string => asText(node[name])
  const on = text('Relation Name') || text('CTE Name') || text('Function Name')
  const strategy = { Sorted: 'Group', Hashed: 'Hash', Mixed: 'Mixed' }[text('Strategy')] ?? ''
  const partial = text('Partial Mode') === 'Simple' ? '' : text('Partial Mode')
  const join = text('Join Type') === 'Inner' ? '' : text('Join Type').toLowerCase()
  const type = text('Node Type')
  return [
    text('Subplan Name') && `${text('Subplan Name')}:`,
    node['Parallel Aware'] === true && 'Parallel',
    partial,
    type === 'Aggregate' ? `${strategy}Aggregate` : type === 'ModifyTable' ? text('Operation') : type,
    join && `(${join})`,
    on && `on ${on}`,
    text('Index Name') && `using ${text('Index Name')}`,
  ]
    .filter(Boolean)
    .join(' ')
}

function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
