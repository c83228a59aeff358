import { plainLine } from './plainText.ts'
import type { PlanStep } from '../../queries/planSteps.ts'

/** A plan for people, as EXPLAIN shows it: a line for each step, those that it takes rows from indented below it. */
export function renderPlan(steps: readonly PlanStep[]): string {
  return steps.map((step) => lines(step).join('\n')).join('\n')
}

function lines({ path, subplan, title, notes, startup_cost, total_cost, rows, width }: PlanStep): string[] {
  const depth = path.split('.').length - 1
  const indent = ' '.repeat(depth * 6)
  const cost = `(cost=${startup_cost.toFixed(2)}..${total_cost.toFixed(2)} rows=${rows} width=${width})`
  return [
    ...(subplan === null ? [] : [`${indent.slice(4)}${plainLine(subplan)}`]),
    `${depth === 0 ? '' : `${indent.slice(4)}->  `}${plainLine(title)}  ${cost}`,
    ...notes.map((note) => `${indent}  ${plainLine(note)}`),
  ]
}
