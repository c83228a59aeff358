import { Download } from 'lucide-react'
import { addressOf } from '../api/client.ts'
import { Menu } from '../parts/menu.tsx'

const formats = [
  { format: 'csv', name: 'CSV', about: 'for spreadsheets' },
  { format: 'json', name: 'JSON', about: 'columns and rows' },
  { format: 'ndjson', name: 'NDJSON', about: 'one row a line' },
  { format: 'parquet', name: 'Parquet', about: 'columns, compressed' },
  { format: 'arrow', name: 'Arrow', about: 'exact types' },
  { format: 'msgpack', name: 'MessagePack', about: 'one row after another' },
]

/** The whole result as a file; the browser writes it to the disk as it comes. */
export function DownloadMenu({ queryId }: { queryId: string }) {
  return (
    <Menu label="Download" icon={Download}>
      {formats.map(({ format, name, about }) => (
        <li key={format}>
          <a href={addressOf('/v1/queries/{id}/result', { id: queryId }, { format })} download>
            {name} <span className="quiet">{about}</span>
          </a>
        </li>
      ))}
    </Menu>
  )
}
