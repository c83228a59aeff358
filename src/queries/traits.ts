import { inRange, oneOf, type IdRange, type Parameter, type QueryFilter } from './filter.ts'
import { isTerminal } from './states.ts'

/** A list of more values is only compared: looking each up would cost more than it saves. */
const mostLookedUp = 8

/** Values that most queries have: the indexes leave them out, so that the counting of a query writes fewer. */
const usual = { state: 'succeeded', lane: 'default', source: 'default' } as const

/** What a filter asks of ended queries. */
export interface Trait {
  /** The rows of sluice.history in a range that have it: an item of a `from`, as `history`. */
  rows(this: void, range: IdRange, parameter: Parameter): string
  /** That a row of sluice.history has it. */
  condition(this: void, parameter: Parameter): string
  /** The id that so many of these rows lie above, null if there are fewer; undefined: no index gives these rows. */
  nth: ((this: void, range: IdRange, rows: number, parameter: Parameter) => string) | undefined
}

/** The traits that a filter asks for. Every query has the first, its tenant. */
export function traitsOf(tenant: string, { states, lanes, sources, worker, code, labels }: QueryFilter): Trait[] {
  return [
    ofColumn('tenant', 'text', [tenant]),
    ...(states === undefined ? [] : [ofColumn('state', 'text', states.filter(isTerminal), usual.state)]),
    ...(lanes === undefined ? [] : [ofColumn('lane', 'text', lanes, usual.lane)]),
    ...(sources === undefined ? [] : [ofColumn('source', 'text', sources, usual.source)]),
    ...(worker === undefined ? [] : [ofColumn('worker_id', 'uuid', [worker])]),
    ...(code === undefined ? [] : [ofColumn('code', 'text', [code])]),
    ...Object.entries(labels ?? {}).map(([name, value]) => ofLabel(name, value)),
  ]
}

/** Having one of some texts, by their numbers in sluice.statements. */
export function ofTexts(ids: readonly string[]): Pick<Trait, 'rows' | 'condition'> {
  const condition = (parameter: Parameter): string => `history.statement_id = any(${parameter(ids, 'bigint[]')})`
  return {
    condition,
    rows: (range, parameter) => whereRows([condition(parameter), ...inRange('query_id', range, parameter)]),
  }
}

function ofColumn(column: string, type: string, values: readonly string[], usualValue?: string): Trait {
  const isIndexed = values.length <= mostLookedUp && !values.some((value) => value === usualValue)
  const indexed = isIndexed && usualValue !== undefined ? [`history.${column} <> '${usualValue}'`] : []
  const nth: Trait['nth'] = (range, rows, parameter) => {
    const each = values.map((value) =>
      nthOf(
        'history',
        [`${column} = ${parameter(value, type)}`, ...indexed, ...inRange('query_id', range, parameter)],
        rows,
      ),
    )
    return each.length === 0 ? 'null' : `greatest(${each.join()})`
  }
  const condition = (parameter: Parameter): string =>
    type === 'text'
      ? oneOf(`history.${column}`, values, parameter).join()
      : `history.${column} = ${parameter(values[0], type)}`
  return {
    condition: (parameter) => [condition(parameter), ...indexed].join(' and '),
    rows: (range, parameter) => whereRows([condition(parameter), ...indexed, ...inRange('query_id', range, parameter)]),
    nth: isIndexed ? nth : undefined,
  }
}

/** Labels are known by a hash, which may be that of another. */
function ofLabel(name: string, value: string): Trait {
  const hash = (parameter: Parameter): string => `hashtextextended(${parameter(`${name}:${value}`, 'text')}, 0)`
  return {
    condition: (parameter) => `(
      select true from sluice.history_labels each
      where each.label = ${hash(parameter)} and each.query_id = history.query_id)`,
    rows: (range, parameter) => `(
      select query_id from sluice.history_labels
      where ${[`label = ${hash(parameter)}`, ...inRange('query_id', range, parameter)].join(' and ')} offset 0
    ) labelled
    cross join lateral (select * from sluice.history where history.query_id = labelled.query_id offset 0) history`,
    nth: (range, rows, parameter) =>
      nthOf('history_labels', [`label = ${hash(parameter)}`, ...inRange('query_id', range, parameter)], rows),
  }
}

// Without the offset the planner would be free to begin with another condition.
function whereRows(conditions: string[]): string {
  return `(select * from sluice.history where ${conditions.join(' and ')} offset 0) history`
}

function nthOf(table: string, conditions: string[], rows: number): string {
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  return `(select query_id from sluice.${table} ${where} order by query_id desc offset ${rows} limit 1)`
}
