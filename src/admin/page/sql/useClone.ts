import { useEffect, useRef } from 'react'
import type { ApiError } from '../api/client.ts'
import { useRead } from '../api/hooks.ts'
import type { Draft } from './draft.ts'

/**
 * Reads the query that is to be copied, and hands over what the editor needs of it, once.
 *
 * @returns why it could not be read
 */
export function useClone(id: string | null, onCopy: (copy: Partial<Draft>) => void): ApiError | null {
  const enabled = id !== null
  const input = { params: { id: id ?? '' } }
  const query = useRead('GET /v1/queries/{id}', input, { enabled })
  const details = useRead('GET /v1/queries/{id}/details', input, { enabled })
  const copied = useRef<string>(undefined)
  useEffect(() => {
    if (id === null || copied.current === id || query.data === undefined || details.data === undefined) return
    copied.current = id
    const { sql, source, lane } = query.data
    const { params, row_limit: rowLimit, explain } = details.data
    // The editor ends its lines in one way.
    const text = sql.replaceAll(/\r\n?/g, '\n')
    onCopy({ sql: text, source, lane, params, rowLimit: rowLimit ?? 0, explain, ran: null })
  }, [id, query.data, details.data, onCopy])
  return enabled ? (query.error ?? details.error) : null
}
