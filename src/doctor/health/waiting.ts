import { sqlCheck, type Check } from '../check.ts'

/** Workers that would take more, with the slots that they have free. */
const freeWorkers = `(
  select workers.id, workers.lanes, slots - (select count(*) from sluice.leases where worker_id = workers.id) as free
  from sluice.workers where stopped_at is null and not draining and heartbeat_at > now() - interval '30 seconds'
)`

/** Queries that wait and could run, by lane. */
const waitingLanes = `(
  select queue.lane, count(*) as waiting, min(greatest(submitted_at, queue.run_at)) as since
  from sluice.queue join sluice.queries on id = query_id
  where queue.run_at is null or queue.run_at <= now()
  group by queue.lane
)`

/** Why queries wait that should not. */
export const waiting: Check[] = [
  sqlCheck(
    {
      name: 'lanes_are_served',
      invariant: null,
      level: 'error',
      holds: 'Every lane in which queries wait has a worker that serves it.',
      advice: 'Start a worker, with --lanes if those that run serve others: sluice worker --lanes <lane>',
    },
    `
    select lane as subject, format('%s wait since %s, and no worker that lives serves the lane', waiting, since) as detail
    from ${waitingLanes} waiting
    join sluice.lanes on lanes.name = lane and not paused
    where not exists (select from ${freeWorkers} workers where lanes is null or lane = any (workers.lanes))`,
  ),
  sqlCheck(
    {
      name: 'waiting_queries_start',
      invariant: null,
      level: 'error',
      holds: 'No query waits for a minute while its lane and a worker have room for it.',
      advice:
        'Workers find such queries by themselves every few seconds; if this stays, look at their logs and restart them.',
    },
    `
    select lane as subject, format('%s wait, the first since %s, though there is room', waiting, since) as detail
    from ${waitingLanes} waiting
    join sluice.lanes on lanes.name = lane and not paused
    where since < now() - interval '1 minute'
      and (select count(*) from sluice.leases where leases.lane = waiting.lane) < concurrency
      and exists (
        select from ${freeWorkers} workers where free > 0 and (workers.lanes is null or waiting.lane = any (workers.lanes)))`,
  ),
  sqlCheck(
    {
      name: 'queues_move',
      invariant: null,
      level: 'warning',
      holds: 'No query waits for more than ten minutes because every slot is taken.',
      advice:
        'Start more workers, raise the concurrency of the lane, or find out what takes so long: sluice ls --state running',
    },
    `
    select lane as subject, format('%s wait, the first since %s, behind %s that run', waiting, since,
      (select count(*) from sluice.leases where leases.lane = waiting.lane)) as detail
    from ${waitingLanes} waiting
    join sluice.lanes on lanes.name = lane and not paused
    where since < now() - interval '10 minutes'`,
  ),
  sqlCheck(
    {
      name: 'lanes_go_on',
      invariant: null,
      level: 'warning',
      holds: 'No lane in which queries wait is paused.',
      advice: 'If that is no longer wanted: sluice lane resume <lane>',
    },
    `
    select lane as subject, format('is paused; %s wait, the first since %s', waiting, since) as detail
    from ${waitingLanes} waiting join sluice.lanes on lanes.name = lane and paused`,
  ),
]
