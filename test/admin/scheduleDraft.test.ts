import { expect, test } from 'vitest'
import type { Schedule } from '../../src/admin/page/api/types.generated.ts'
import { bodyOf, changesOf, draftOf } from '../../src/admin/page/schedules/scheduleDraft.ts'

const scheduleOf = (members: Partial<Schedule>): Schedule =>
  ({ name: 'n', cron: '@daily', params: [], labels: {}, time_zone: 'UTC', sql: 'select 1', ...members }) as Schedule

test.each([
  [{ team: 'finance', site: 'http://a:1/' }, 'team:finance\nsite:http://a:1/'],
  [{ note: 'two\nlines' }, '{"note":"two\\nlines"}'],
  [{ 'a:b': 'c' }, '{"a:b":"c"}'],
  [{ a: ' spaced ' }, '{"a":" spaced "}'],
  [{ '{': 'brace' }, '{"{":"brace"}'],
])('labels %j come out of the form as they went in', (labels, text) => {
  const schedule = scheduleOf({ labels })
  const draft = draftOf(schedule)
  expect(draft.labels).toBe(text)
  expect(bodyOf(draft).labels).toEqual(labels)
  expect(changesOf({ ...draft, description: 'other' }, schedule)).toEqual({ description: 'other' })
})

test.each([
  ['no colon', /must be key:value/],
  ['a:1\na:2', /there twice/],
  ['{"a": 1}', /JSON object of texts/],
  ['{"a"', /JSON object of texts/],
])('labels %j are refused', (labels, message) => {
  expect(() => bodyOf({ ...draftOf(undefined), labels })).toThrow(message)
})

test('the anchor of an interval is kept, changed, and left alone for a pattern', () => {
  const schedule = scheduleOf({ cron: null, interval_seconds: 60, anchor_at: '2026-01-01T00:00:00.000Z' })
  const draft = draftOf(schedule)
  expect(draft.anchor_at).toBe('2026-01-01T00:00:00.000Z')
  expect(changesOf(draft, schedule)).toEqual({})
  expect(changesOf({ ...draft, anchor_at: '2026-02-01T00:00Z' }, schedule)).toEqual({ anchor_at: '2026-02-01T00:00Z' })
  expect(bodyOf(draftOf(scheduleOf({ anchor_at: '2026-01-01T00:00:00Z' })))).not.toHaveProperty('anchor_at')
})
