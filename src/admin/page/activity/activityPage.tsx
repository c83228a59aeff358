import { History } from 'lucide-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { call, type ApiError } from '../api/client.ts'
import type { AuditList } from '../api/types.generated.ts'
import { formatTime } from '../formats/times.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Skeleton } from '../parts/loading.tsx'
import { ProblemNote } from '../parts/note.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { Table } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'

type KeptAction = AuditList['actions'][number]

/** Who did what. */
export default function ActivityPage() {
  const list = useInfiniteQuery<AuditList, ApiError, KeptAction[], [string], string | undefined>({
    queryKey: ['GET /v1/audit'],
    queryFn: ({ pageParam, signal }) => call('GET /v1/audit', { query: { cursor: pageParam } }, signal),
    initialPageParam: undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ actions }) => actions),
    meta: { live: 'clock' },
  })
  return (
    <>
      <PageHead title="Activity" about="What was done over HTTP, by whom and when: at this page or with the API key." />
      {list.isError && <ProblemNote error={list.error} />}
      {list.isPending && <Skeleton lines={6} />}
      {list.data?.length === 0 && (
        <Card>
          <Empty icon={History} title="Nothing was done yet" />
        </Card>
      )}
      {list.data !== undefined && list.data.length > 0 && (
        <Card flush>
          <ActionTable actions={list.data} />
        </Card>
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Earlier actions
        </Button>
      )}
    </>
  )
}

function ActionTable({ actions }: { actions: readonly KeptAction[] }) {
  return (
    <Table
      label="Actions"
      head={
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">Action</th>
          <th scope="col">On</th>
          <th scope="col">Asked for</th>
          <th scope="col">From</th>
        </tr>
      }
    >
      {actions.map((action) => (
        <tr key={action.id}>
          <td title={formatTime(new Date(action.at))}>
            <Ago at={action.at} />
          </td>
          <td className="break">
            <bdi>{action.actor}</bdi>
          </td>
          <td className="mono">{action.action}</td>
          <td className="mono">
            <Target action={action} />
          </td>
          <td className="mono quiet break">{Object.keys(action.detail).length > 0 && JSON.stringify(action.detail)}</td>
          <td className="quiet number">{action.address}</td>
        </tr>
      ))}
    </Table>
  )
}

function Target({ action: { action, target } }: { action: KeptAction }) {
  if (target === null) return <span className="quiet">many</span>
  return action.startsWith('query.') ? <Link href={`/queries/${target}`}>…{target.slice(-12)}</Link> : target
}
