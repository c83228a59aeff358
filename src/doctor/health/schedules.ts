import { sqlCheck, type Check } from '../check.ts'

/** The beat, and schedules that do not fire. */
export const schedules: Check[] = [
  sqlCheck(
    {
      name: 'the_beat_ticks',
      invariant: null,
      level: 'error',
      holds: 'Where a worker lives, the beat has gone through what is due within the last 10 seconds.',
      advice:
        'Schedules do not fire, webhooks and alerts are not sent. Look at the logs of the workers for the beat, restart the one named; another takes it.',
    },
    `
    select coalesce(worker_id::text, 'beat') as subject,
      case
        when worker_id is null then 'nobody has ever held it'
        else format('went through what is due at %s for the last time, gave a sign of life at %s',
          coalesce(ticked_at::text, 'no time'), coalesce(heartbeat_at::text, 'no time'))
      end as detail
    from sluice.beat
    where coalesce(ticked_at, '-infinity') < now() - interval '10 seconds'
      and exists (
        select from sluice.workers
        where stopped_at is null and not draining and heartbeat_at > now() - interval '30 seconds'
          and started_at < now() - interval '10 seconds')`,
  ),
  sqlCheck(
    {
      name: 'schedules_can_fire',
      invariant: null,
      level: 'error',
      holds: 'The beat can tell of every schedule when it fires.',
      advice: 'It does not fire until its times are changed: sluice schedule set <name> --cron "…"',
    },
    `select name as subject, problem as detail from sluice.schedules where problem is not null and not paused order by name`,
  ),
  sqlCheck(
    {
      name: 'fires_are_accepted',
      invariant: null,
      level: 'error',
      holds: 'The last fire of every schedule was accepted.',
      advice:
        'Change what the refusal names: sluice schedule set <name>; sluice schedule run <name> shows whether it helped.',
    },
    `
    select schedules.name as subject, format('its fire of %s was refused (%s): %s', fire_at, code, detail) as detail
    from sluice.schedules
    cross join lateral (
      select * from sluice.fires where fires.schedule = schedules.name order by fire_at desc limit 1
    ) last
    where outcome = 'refused' and not paused
    order by name`,
  ),
  sqlCheck(
    {
      name: 'fires_come_in_time',
      invariant: null,
      level: 'error',
      holds: 'No schedule has been due for more than a minute.',
      advice:
        'If the beat ticks, somebody keeps its row locked: look for an open transaction in pg_stat_activity. Else see the_beat_ticks.',
    },
    `
    select name as subject, format('was due at %s', next_fires[1]) as detail
    from sluice.schedules
    where not paused and problem is null and next_fires[1] < now() - interval '1 minute'
    order by next_fires[1]`,
  ),
]
