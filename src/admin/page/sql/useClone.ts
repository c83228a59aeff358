import { useEffect, useRef } from 'react'
import { useRead } from '../api/hooks.ts'
import type { Draft } from './draft.ts'

/** Reads the query that is to be copied, and hands over what the editor needs of it, once. */
export function useClone(id: string | null, onCopy: (copy: Partial<Draft>) => void): void {
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
    onCopy({ sql, source, lane, params, rowLimit: rowLimit ?? 0, explain })
  }, [id, query.data, details.data, onCopy])
}
