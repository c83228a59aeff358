import { useDeferredValue } from 'react'
import { useQuery } from '@tanstack/react-query'
import { call, type ApiError } from '../api/client.ts'
import type { Times } from '../api/types.generated.ts'
import { timingOf, type ScheduleDraft } from './scheduleDraft.ts'
import { formatIn } from './timesIn.ts'

/** When what is being typed would fire. */
export function NextTimes({ draft }: { draft: ScheduleDraft }) {
  const timing = useDeferredValue(JSON.stringify(timingOf(draft)))
  const { cron, interval_seconds: interval } = timingOf(draft)
  const times = useQuery<Times, ApiError>({
    queryKey: ['POST /v1/schedules/times', timing],
    queryFn: ({ signal }) => call('POST /v1/schedules/times', { body: JSON.parse(timing) as unknown }, signal),
    enabled: (cron ?? '') !== '' || (interval ?? 0) > 0,
    placeholderData: (before) => before,
    retry: false,
  })
  return (
    <p className="span next-times quiet" role="status">
      {times.isError ? (
        times.error.message
      ) : times.data === undefined ? (
        'The next times are shown here.'
      ) : (
        <>
          Next:
          {times.data.next_fires.map((at) => (
            <time key={at} dateTime={at} className="number">
              {formatIn(draft.time_zone, at)}
            </time>
          ))}
        </>
      )}
    </p>
  )
}
