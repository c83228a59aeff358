import './loading.css'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ApiError } from '../api/client.ts'
import { ProblemNote } from './note.tsx'

/** Grey bars where something will be. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div className="skeleton" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} />
      ))}
    </div>
  )
}

/** What was read, or that it is still read, or why it could not be. */
export function Loaded<Data>({
  of: reading,
  lines,
  children,
}: {
  of: UseQueryResult<Data, ApiError>
  lines?: number
  children: (data: Data) => ReactNode
}) {
  if (reading.data !== undefined) {
    return (
      <>
        {reading.isError && <ProblemNote error={reading.error} />}
        {children(reading.data)}
      </>
    )
  }
  return reading.isError ? (
    <ProblemNote error={reading.error} />
  ) : (
    <Skeleton {...(lines === undefined ? {} : { lines })} />
  )
}
