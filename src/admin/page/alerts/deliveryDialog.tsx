import type { Delivery } from '../api/types.generated.ts'
import { formatDuration, formatTime } from '../formats/times.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Table } from '../parts/table.tsx'

/** A delivery with its attempts and what is sent. */
export function DeliveryDialog({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const { webhook, attempts, payload } = delivery
  return (
    <Dialog title={`To ${webhook}`} className="wide" onClose={onClose}>
      {attempts.length > 0 && (
        <Table
          label="Attempts"
          head={
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Answer</th>
              <th scope="col" className="end">
                Took
              </th>
            </tr>
          }
        >
          {attempts.map(({ at, status, error, duration_ms: took }) => (
            <tr key={at}>
              <td className="number">{formatTime(new Date(at))}</td>
              <td>{[status, error].filter((part) => part !== null).join(': ')}</td>
              <td className="end number">{formatDuration(took)}</td>
            </tr>
          ))}
        </Table>
      )}
      <pre className="payload">{JSON.stringify(payload, null, 2)}</pre>
    </Dialog>
  )
}
