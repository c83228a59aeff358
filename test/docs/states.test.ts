import { expect, test } from 'vitest'
import { transitions, type State } from '../../src/queries/states.ts'
import { tableRows } from './tables.ts'

const documented = await tableRows('states.md')

test('docs/states.md holds every transition of the state graph and no other', () => {
  const graph = (Object.keys(transitions) as State[]).flatMap((from) =>
    transitions[from].map((to) => `${from} → ${to}`),
  )
  const drawn = documented.flatMap(([from, to]) => names(to!).map((state) => `${names(from!)[0] ?? 'new'} → ${state}`))
  expect(drawn.toSorted()).toEqual(['new → queued', ...graph].toSorted())
})

test('docs/states.md says who makes each transition, by which function, and what changes with it', () => {
  for (const [, , who, sql, besides] of documented) {
    expect(who).not.toBe('')
    expect(names(sql!).every((name) => name.startsWith('sluice.'))).toBe(true)
    expect(besides).toMatch(/event/)
  }
})

/** What stands between backticks in a cell. */
function names(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
}
