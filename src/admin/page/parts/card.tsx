import './card.css'
import { useId, type ReactNode } from 'react'

export interface CardProps {
  title?: ReactNode
  /** What stands at the right of the title. */
  aside?: ReactNode
  /** Without inner margin: for tables. */
  flush?: boolean
  className?: string
  children: ReactNode
}

/** A section of a page. */
export function Card({ title, aside, flush = false, className = '', children }: CardProps) {
  const id = useId()
  return (
    <section className={`card ${className}`} aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <header>
          <h2 id={id}>{title}</h2>
          {aside}
        </header>
      )}
      <div className={flush ? 'flush' : 'inner'}>{children}</div>
    </section>
  )
}
