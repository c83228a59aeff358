import type { ReactNode } from 'react'

export interface TileProps {
  name: string
  value: ReactNode
  /** What explains the number. */
  about?: ReactNode
  tone?: 'good' | 'warn' | 'bad'
}

/** One number of the overview. */
export function Tile({ name, value, about, tone }: TileProps) {
  return (
    <div className="tile" data-tone={tone}>
      <dt>{name}</dt>
      <dd className="number">{value}</dd>
      {about !== undefined && <dd className="quiet">{about}</dd>}
    </div>
  )
}
