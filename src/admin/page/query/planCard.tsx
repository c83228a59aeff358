import './planCard.css'
import { useState } from 'react'
import { useRead } from '../api/hooks.ts'
import type { Query } from '../api/types.generated.ts'
import { formatCompact, formatCount } from '../formats/numbers.ts'
import { Card } from '../parts/card.tsx'
import { Loaded } from '../parts/loading.tsx'
import { isTerminal } from '../parts/stateBadge.tsx'
import { Table } from '../parts/table.tsx'

export interface PlanCardProps {
  query: Query
  /** Attempts that have a plan, in order. */
  attempts: readonly number[]
}

/** How the source meant to run the query, of one that asked for it. */
export function PlanCard({ query, attempts }: PlanCardProps) {
  const [chosen, choose] = useState<number>()
  const attempt = chosen ?? attempts.at(-1)
  if (attempt === undefined) {
    return (
      <Card title="Plan">
        <p className="quiet">
          {isTerminal(query.state)
            ? 'None was kept: the statement has no plan, or the query did not get that far.'
            : 'It comes when the query runs.'}
        </p>
      </Card>
    )
  }
  const choice = attempts.length > 1 && (
    <select
      className="input"
      aria-label="Attempt"
      value={attempt}
      onChange={(event) => choose(Number(event.target.value))}
    >
      {attempts.map((each) => (
        <option key={each} value={each}>
          attempt {each}
        </option>
      ))}
    </select>
  )
  return (
    <Card title="Plan" flush aside={choice}>
      <Steps id={query.id} attempt={attempt} />
    </Card>
  )
}

function Steps({ id, attempt }: { id: string; attempt: number }) {
  const plan = useRead(
    'GET /v1/queries/{id}/plan',
    { params: { id }, query: { attempt: String(attempt) } },
    { staleTime: Infinity },
  )
  return (
    <Loaded of={plan}>
      {(read) => (
        <Table
          label="Plan"
          head={
            <tr>
              <th scope="col">Step</th>
              <th scope="col" className="end number">
                Cost
              </th>
              <th scope="col" className="end number">
                Rows
              </th>
              <th scope="col" className="end number">
                Bytes a row
              </th>
            </tr>
          }
        >
          {read.steps.map(({ path, subplan, title, notes, total_cost, rows, width }) => (
            <tr key={path}>
              <th scope="row">
                <div className="plan-step" style={{ marginInlineStart: `${(path.split('.').length - 1) * 1.25}rem` }}>
                  {subplan !== null && <div className="quiet">{subplan}</div>}
                  {title}
                  {notes.map((note) => (
                    <div key={note} className="quiet mono">
                      {note}
                    </div>
                  ))}
                </div>
              </th>
              <td className="end number">{formatCount(total_cost)}</td>
              <td className="end number" title={formatCount(rows)}>
                {formatCompact(rows)}
              </td>
              <td className="end number">{formatCount(width)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Loaded>
  )
}
