import { Database } from 'lucide-react'
import { Link } from 'wouter'
import type { Storage } from '../api/types.generated.ts'
import { formatBytes, formatCount } from '../formats/numbers.ts'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { ShareBar } from '../parts/shareBar.tsx'
import { Table } from '../parts/table.tsx'
import { storeNames } from './stores.ts'

/** What results take up, by lane, store and age. */
export function Usage({ usage }: { usage: Storage['usage'] }) {
  const most = Math.max(...usage.map((each) => each.stored_bytes))
  return (
    <Card title="By lane, store and age" flush>
      {usage.length === 0 ? (
        <Empty icon={Database} title="No result is kept" />
      ) : (
        <Table
          label="Usage"
          head={
            <tr>
              <th scope="col">Lane</th>
              <th scope="col">Store</th>
              <th scope="col">Age</th>
              <th scope="col" className="end">
                Results
              </th>
              <th scope="col" className="end">
                Rows
              </th>
              <th scope="col" className="end">
                Stored
              </th>
              <th scope="col">
                <span className="visually-hidden">Share of the largest</span>
              </th>
            </tr>
          }
        >
          {usage.map(({ tenant, lane, store, age, results, rows, stored_bytes: bytes }) => (
            <tr key={`${tenant} ${lane} ${store} ${age}`}>
              <th scope="row">
                <Link href={`/queries?lane=${lane}`}>{lane}</Link>
                {tenant !== 'default' && <div className="quiet">{tenant}</div>}
              </th>
              <td>{storeNames[store]}</td>
              <td>{age}</td>
              <td className="end number">{formatCount(results)}</td>
              <td className="end number">{formatCount(rows)}</td>
              <td className="end number">{formatBytes(bytes)}</td>
              <td>
                <ShareBar share={most === 0 ? 0 : bytes / most} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  )
}
