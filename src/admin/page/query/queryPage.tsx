import './queryPage.css'
import { useParams } from 'wouter'
import type { Query } from '../api/types.generated.ts'
import { useRead } from '../api/hooks.ts'
import { CopyButton } from '../parts/copyButton.tsx'
import { Loaded } from '../parts/loading.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { StateBadge } from '../parts/stateBadge.tsx'
import { Facts } from './facts.tsx'
import { Parameters } from './parameters.tsx'
import { PlanCard } from './planCard.tsx'
import { QueryActions } from './queryActions.tsx'
import { ResultCard } from './resultCard.tsx'
import { SqlCard } from './sqlCard.tsx'
import { Timeline } from './timeline.tsx'
import { useFollowedQuery } from './useFollowedQuery.ts'

/** Everything about one query. */
export default function QueryPage() {
  const { id } = useParams<{ id: string }>()
  return <Loaded of={useFollowedQuery(id)}>{(query) => <QueryView query={query} />}</Loaded>
}

function QueryView({ query }: { query: Query }) {
  // The state is part of the question: another state, another entry in its history.
  const details = useRead(
    'GET /v1/queries/{id}/details',
    { params: { id: query.id } },
    { meta: { live: 'events', about: query.id } },
  )
  return (
    <>
      <PageHead
        title={`Query …${query.id.slice(-12)}`}
        beside={<StateBadge state={query.state} />}
        about={
          <span className="row">
            <span className="mono truncate">{query.id}</span>
            <CopyButton text={query.id} label="Copy the id" />
          </span>
        }
      >
        <QueryActions query={query} />
      </PageHead>
      <div className="query-page">
        <div className="stack">
          <SqlCard query={query} />
          {details.data !== undefined && <Parameters params={details.data.params} />}
          <ResultCard query={query} />
          {details.data?.explain === true && <PlanCard query={query} attempts={details.data.plans} />}
        </div>
        <div className="stack">
          <Loaded of={details}>{(read) => <Timeline query={query} events={read.events} />}</Loaded>
          <Facts query={query} details={details.data} />
        </div>
      </div>
    </>
  )
}
