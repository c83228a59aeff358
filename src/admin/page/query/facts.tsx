import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Query, QueryDetails } from '../api/types.generated.ts'
import { formatBytes, formatCount } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copyButton.tsx'
import { Ago } from '../parts/time.tsx'

/** What a query was submitted with and what became of it, in words. */
export function Facts({ query, details }: { query: Query; details: QueryDetails | undefined }) {
  const labels = Object.entries(query.labels)
  return (
    <Card title="Facts">
      <dl className="facts">
        <Fact name="Submitted">
          <Ago at={query.submitted_at} />
        </Fact>
        {query.queue_position !== null && (
          <Fact name="In the queue">{formatCount(query.queue_position)} before it</Fact>
        )}
        <Fact name="Source">
          <Link href={`/queries?source=${query.source}`}>{query.source}</Link>
        </Fact>
        <Fact name="Lane">
          <Link href={`/queries?lane=${query.lane}`}>{query.lane}</Link>
        </Fact>
        <Fact name="Priority">{query.priority}</Fact>
        <Fact name="Tenant">
          <Link href={`/queries?tenant=${query.tenant}`}>{query.tenant}</Link>
        </Fact>
        <Fact name="Attempt">
          {query.attempt}
          {details !== undefined && details.max_attempts > 1 && ` of ${details.max_attempts}`}
        </Fact>
        {query.retry_of !== null && (
          <Fact name="Repeats">
            <Link href={`/queries/${query.retry_of}`} className="mono">
              …{query.retry_of.slice(-12)}
            </Link>
          </Fact>
        )}
        {query.worker !== null && (
          <Fact name="Worker">
            <Link href={`/queries?worker=${query.worker}`} className="mono">
              …{query.worker.slice(-12)}
            </Link>
          </Fact>
        )}
        {labels.length > 0 && (
          <Fact name="Labels">
            <span className="row wrap end">
              {labels.map(([key, value]) => (
                <Link
                  key={key}
                  className="chip"
                  title={`${key}: ${value}`}
                  href={`/queries?label=${encodeURIComponent(`${key}:${value}`)}`}
                >
                  {key}: {value}
                </Link>
              ))}
            </span>
          </Fact>
        )}
        {details !== undefined && <Limits details={details} />}
        {query.result !== null && (
          <Fact name="Result kept until">
            <Ago at={query.result.expires_at} />
          </Fact>
        )}
      </dl>
    </Card>
  )
}

function Limits({ details }: { details: QueryDetails }) {
  return (
    <>
      <Fact name="Run time limit">{formatDuration(details.timeout_seconds * 1000)}</Fact>
      {details.row_limit !== null && <Fact name="Row limit">{formatCount(details.row_limit)}</Fact>}
      {details.byte_limit !== null && <Fact name="Byte limit">{formatBytes(details.byte_limit)}</Fact>}
      {details.run_at !== null && (
        <Fact name="Not before">
          <Ago at={details.run_at} />
        </Fact>
      )}
      {details.traceparent !== null && (
        <Fact name="Trace">
          <span className="row end">
            <span className="mono truncate">{traceIdOf(details.traceparent)}</span>
            <CopyButton text={traceIdOf(details.traceparent)} label="Copy the trace id" />
          </span>
        </Fact>
      )}
      {details.queue_timeout_at !== null && (
        <Fact name="Waits until">
          <Ago at={details.queue_timeout_at} />
        </Fact>
      )}
    </>
  )
}

/** The second part of `00-<trace>-<span>-<flags>`. */
function traceIdOf(traceparent: string): string {
  return traceparent.split('-')[1]!
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
