import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Claim } from '../../src/queries/claim.ts'
import { Slots } from '../../src/tasks/slots.ts'

/** Lanes with queries in them, as a control database would hand them out, and runs that end when told to. */
function play(slots: number, queues: Record<string, number>) {
  const claims: { lane: string; want: number; byTicket: boolean; got: number }[] = []
  const running: { lane: string; end: () => void }[] = []
  const errors: unknown[] = []
  let failing: Error | undefined
  const subject = new Slots({
    slots,
    async claim(lane, want, byTicket) {
      await turn()
      if (failing !== undefined) throw failing
      const got = Math.min(want, queues[lane] ?? 0)
      queues[lane] = (queues[lane] ?? 0) - got
      claims.push({ lane, want, byTicket, got })
      return Array.from({ length: got }, () => ({ queryId: lane, more: got === want }) as Claim)
    },
    run: ({ queryId }) => new Promise<void>((end) => running.push({ lane: queryId, end })),
    onError: (error) => errors.push(error),
  })
  /** Lets everything happen that nothing else holds up. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await turn()
  }
  const lanesRunning = (): string => running.map(({ lane }) => lane).join('')
  const fail = (error: Error | undefined): void => void (failing = error)
  return { subject, queues, claims, running, errors, settle, lanesRunning, fail }
}

test('one claim fills all free slots', async () => {
  const { subject, claims, settle, lanesRunning } = play(3, { a: 5 })
  subject.look('a')
  await settle()
  expect(lanesRunning()).toBe('aaa')
  expect(claims).toEqual([{ lane: 'a', want: 3, byTicket: false, got: 3 }])
})

test('slots that become free together claim together', async () => {
  const { subject, claims, running, settle } = play(3, { a: 9 })
  subject.look('a')
  await settle()
  for (const { end } of running.splice(0, 2)) end()
  await settle()
  expect(claims.map(({ want, got }) => ({ want, got }))).toEqual([
    { want: 3, got: 3 },
    { want: 2, got: 2 },
  ])
})

test('lanes that ask share the slots, and none is served twice before another is once', async () => {
  const { subject, running, settle, lanesRunning } = play(2, { a: 10, b: 10, c: 10 })
  for (const lane of ['a', 'b', 'c']) subject.look(lane)
  await settle()
  expect(lanesRunning()).toBe('ab')
  const served: string[] = []
  for (let i = 0; i < 6; i++) {
    running.shift()!.end()
    await settle()
    served.push(running[running.length - 1]!.lane)
  }
  expect(served.join('')).toBe('cabcab')
})

test('a lane that was left empty is not asked again when a query of it ends, until somebody looks', async () => {
  const { subject, queues, claims, running, settle, lanesRunning } = play(2, { a: 1 })
  subject.look('a')
  await settle()
  running.shift()!.end()
  await settle()
  expect(claims).toHaveLength(1)
  queues.a = 1
  subject.look('a')
  await settle()
  expect(lanesRunning()).toBe('a')
})

test('a lane that is looked at while every slot is busy is claimed from when one is free', async () => {
  const { subject, queues, running, settle, lanesRunning } = play(1, { a: 1, b: 0 })
  subject.look('a')
  await settle()
  queues.b = 1
  subject.look('b')
  await settle()
  expect(lanesRunning()).toBe('a')
  running.shift()!.end()
  await settle()
  expect(lanesRunning()).toBe('b')
})

test('a ticket is served when its lane has been claimed from, and refused while every slot is busy', async () => {
  const { subject, claims, settle } = play(1, { a: 2 })
  expect(await subject.serve('a')).toBe(true)
  expect(claims).toEqual([{ lane: 'a', want: 1, byTicket: true, got: 1 }])
  expect(await subject.serve('a')).toBe(false)
  await settle()
  expect(claims).toHaveLength(1)
})

test('a claim that fails fails its ticket, frees the slots, and is tried again at the next look', async () => {
  const { subject, errors, settle, lanesRunning, fail } = play(2, { a: 2 })
  fail(new Error('away'))
  await expect(subject.serve('a')).rejects.toThrow('away')
  subject.look('a')
  await settle()
  expect(errors).toEqual([new Error('away')])
  fail(undefined)
  subject.look('a')
  await settle()
  expect(lanesRunning()).toBe('aa')
})

test('after the stop nothing is claimed, and lanes that may have more are named', async () => {
  const { subject, claims, running, settle } = play(1, { a: 2, b: 1 })
  subject.look('a')
  await settle()
  subject.look('b')
  expect(subject.stop().sort()).toEqual(['a', 'b'])
  running.shift()!.end()
  await settle()
  expect(claims).toHaveLength(1)
  expect(await subject.serve('b')).toBe(false)
})
