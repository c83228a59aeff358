import { Card } from '../parts/card.tsx'
import { Table } from '../parts/table.tsx'

interface TypedParameter {
  type: string
  value: unknown
}

/** The values for $1, $2 … */
export function Parameters({ params }: { params: readonly unknown[] }) {
  if (params.length === 0) return null
  return (
    <Card title="Parameters" flush>
      <Table
        label="Parameters"
        head={
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Type</th>
            <th scope="col">Value</th>
          </tr>
        }
      >
        {params.map((param, index) => {
          const typed = isTyped(param) ? param : undefined
          return (
            <tr key={`$${index + 1}`}>
              <th scope="row" className="mono">
                ${index + 1}
              </th>
              <td className="mono quiet">{typed?.type ?? 'as the statement has it'}</td>
              <td className="mono">{JSON.stringify(typed === undefined ? param : typed.value)}</td>
            </tr>
          )
        })}
      </Table>
    </Card>
  )
}

function isTyped(param: unknown): param is TypedParameter {
  return typeof param === 'object' && param !== null && 'type' in param && 'value' in param
}
