import { Link } from 'wouter'
import type { Storage } from '../api/types.generated.ts'
import { formatBytes, formatCount } from '../formats/numbers.ts'
import { Card } from '../parts/card.tsx'
import { Table } from '../parts/table.tsx'
import { Ago } from '../parts/time.tsx'
import { storeNames } from './stores.ts'

/** The results that take up most. */
export function Largest({ results }: { results: Storage['largest'] }) {
  if (results.length === 0) return null
  return (
    <Card title="Largest results" flush>
      <Table
        label="Largest results"
        head={
          <tr>
            <th scope="col">Query</th>
            <th scope="col">Lane</th>
            <th scope="col">Store</th>
            <th scope="col" className="end">
              Rows
            </th>
            <th scope="col" className="end">
              Stored
            </th>
            <th scope="col">Made</th>
            <th scope="col">Kept until</th>
          </tr>
        }
      >
        {results.map((result) => (
          <tr key={result.query_id}>
            <th scope="row">
              <Link href={`/queries/${result.query_id}`} className="mono">
                …{result.query_id.slice(-12)}
              </Link>
            </th>
            <td>{result.lane}</td>
            <td>{storeNames[result.store]}</td>
            <td className="end number">{formatCount(result.rows)}</td>
            <td className="end number">{formatBytes(result.stored_bytes)}</td>
            <td>
              <Ago at={result.created_at} />
            </td>
            <td>
              <Ago at={result.expires_at} />
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  )
}
