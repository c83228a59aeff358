import { useState } from 'react'
import type { Storage } from '../api/types.generated.ts'
import { formatBytes, formatCount, plural } from '../formats/numbers.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { ShareBar } from '../parts/shareBar.tsx'
import { Table } from '../parts/table.tsx'

const tones = { 'in use': 'good', expired: 'warn', detached: 'warn' } as const

/** A table for each day on which results expire. Those that hold none are listed on demand. */
export function Partitions({ partitions }: { partitions: Storage['partitions'] }) {
  const [isAll, setAll] = useState(false)
  const isShown = ({ results, state }: Storage['partitions'][number]): boolean => results > 0 || state !== 'in use'
  const shown = isAll ? partitions : partitions.filter(isShown)
  const hidden = partitions.length - shown.length
  const most = Math.max(...partitions.map((each) => each.disk_bytes))
  return (
    <Card title="Partitions of chunks" flush>
      {shown.length > 0 && (
        <Table
          label="Partitions"
          head={
            <tr>
              <th scope="col">Expires on</th>
              <th scope="col">State</th>
              <th scope="col" className="end">
                Results
              </th>
              <th scope="col" className="end">
                Chunks
              </th>
              <th scope="col" className="end">
                On disk
              </th>
              <th scope="col">
                <span className="visually-hidden">Share of the largest</span>
              </th>
            </tr>
          }
        >
          {shown.map(({ name, expires_on: day, state, results, stored_bytes: stored, disk_bytes: disk }) => (
            <tr key={name}>
              <th scope="row" title={`sluice.${name}`} className="number">
                {day}
              </th>
              <td>
                <span className={`badge text-only ${tones[state]}`}>{state}</span>
              </td>
              <td className="end number">{formatCount(results)}</td>
              <td className="end number">{formatBytes(stored)}</td>
              <td className="end number">{formatBytes(disk)}</td>
              <td>
                <ShareBar share={most === 0 ? 0 : disk / most} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {(hidden > 0 || isAll) && (
        <p className="card-note row wrap">
          <span className="quiet">
            {hidden > 0 && `${plural(hidden, 'partition holds', 'partitions hold')} nothing yet.`}
          </span>
          <Button onClick={() => setAll(!isAll)}>{isAll ? 'Only those in use' : 'Show them'}</Button>
        </p>
      )}
    </Card>
  )
}
