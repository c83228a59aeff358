import type { MetricsReading } from '../../queries/metrics.ts'
import { coarseHistogram, type Sample } from './family.ts'

const outcomes = ['submitted', 'skipped', 'missed', 'refused'] as const
const endStates = ['succeeded', 'failed', 'canceled', 'timed_out'] as const

/** Adds what is told of the beat, of schedules and of their fires. */
export function addBeatMetrics(
  add: (
    type: 'counter' | 'gauge' | 'histogram',
    name: string,
    help: string,
    samples: (reading: MetricsReading) => Sample[],
  ) => void,
): void {
  add(
    'gauge',
    'sluice_beat_age_seconds',
    'Since the beat last went through all that is due; +Inf: it never has.',
    ({ beat }) => [{ value: beat.age_seconds ?? Infinity }],
  )
  add('counter', 'sluice_beat_terms_total', 'Times that a worker took the beat.', ({ beat }) => [{ value: beat.terms }])
  add('gauge', 'sluice_schedules', 'Schedules; broken: the beat cannot tell when they fire.', ({ beat }) =>
    Object.entries(beat.schedules).map(([status, value]) => ({ labels: { status }, value })),
  )
  add(
    'gauge',
    'sluice_schedules_overdue_seconds',
    'How late the schedule is that has been due the longest.',
    ({ beat }) => [{ value: beat.overdue_seconds }],
  )
  add(
    'gauge',
    'sluice_fires_waiting',
    'Fires that wait for the end of an earlier query, or for room in their lane.',
    ({ beat }) => [{ value: beat.waiting }],
  )
  add(
    'counter',
    'sluice_fires_total',
    'Fires of schedules by outcome, manual runs too; missed: each nominal time.',
    ({ fires }) => outcomes.map((outcome) => ({ labels: { outcome }, value: fires[outcome] })),
  )
  add('counter', 'sluice_fires_ended_total', 'Queries of fires by how they ended.', ({ fires }) =>
    endStates.map((state) => ({ labels: { state }, value: fires[state] })),
  )
  add(
    'histogram',
    'sluice_fire_delay_seconds',
    'From nominal time to submission; what an overlap or misfire policy puts off counts.',
    ({ bounds, fires }) => coarseHistogram('sluice_fire_delay_seconds', {}, bounds, fires.late, fires.late_ms),
  )
}
