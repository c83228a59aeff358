import { useInfiniteQuery } from '@tanstack/react-query'
import { call, type ApiError } from '../api/client.ts'
import type { Fire } from '../api/types.generated.ts'
import { formatCount } from '../formats/numbers.ts'
import { formatDuration, formatTime } from '../formats/times.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Skeleton } from '../parts/loading.tsx'
import { ProblemNote } from '../parts/note.tsx'
import { Table } from '../parts/table.tsx'
import { FireBadge } from './fireBadge.tsx'

const pageSize = 50

/** The fires of a schedule, newest first. */
export function FireHistory({ name }: { name: string }) {
  const list = useInfiniteQuery<{ fires: Fire[] }, ApiError, Fire[], [string, string], string | undefined>({
    queryKey: ['GET /v1/schedules/{name}/fires', name],
    queryFn: ({ pageParam: before, signal }) =>
      call('GET /v1/schedules/{name}/fires', { params: { name }, query: { before, limit: pageSize } }, signal),
    initialPageParam: undefined,
    getNextPageParam: ({ fires }) => (fires.length < pageSize ? undefined : fires.at(-1)?.fire_at),
    select: ({ pages }) => pages.flatMap(({ fires }) => fires),
    meta: { live: 'clock' },
  })
  return (
    <Card title="History" flush>
      {list.isError && <ProblemNote error={list.error} />}
      {list.isPending && <Skeleton />}
      {list.data?.length === 0 && <p className="card-note quiet">It has not fired yet.</p>}
      {list.data !== undefined && list.data.length > 0 && (
        <Table
          label="Fires"
          head={
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Outcome</th>
              <th scope="col" className="end">
                Took
              </th>
              <th scope="col">Remarks</th>
            </tr>
          }
        >
          {list.data.map((fire) => (
            <FireRow key={`${fire.kind} ${fire.fire_at}`} fire={fire} />
          ))}
        </Table>
      )}
      {list.hasNextPage && (
        <p className="card-note">
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Earlier fires
          </Button>
        </p>
      )}
    </Card>
  )
}

function FireRow({ fire }: { fire: Fire }) {
  const { fire_at: at, decided_at: decided, finished_at: finished, kind, missed, code, detail } = fire
  const remarks = [
    kind === 'manual' && 'run by hand',
    missed > 0 && `${formatCount(missed)} before it left out`,
    code,
    detail,
  ].filter(Boolean)
  return (
    <tr>
      <td className="number">{formatTime(new Date(at))}</td>
      <td>
        <FireBadge fire={fire} />
      </td>
      <td className="end number">
        {finished === null ? '–' : formatDuration(new Date(finished).getTime() - new Date(decided).getTime())}
      </td>
      <td className="quiet">{remarks.join(', ')}</td>
    </tr>
  )
}
