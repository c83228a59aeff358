import './pageHead.css'
import { useEffect, type ReactNode } from 'react'

export interface PageHeadProps {
  title: string
  /** Stands beside the title. */
  beside?: ReactNode
  /** A line below the title. */
  about?: ReactNode
  /** Actions. */
  children?: ReactNode
}

/** The head of a page; names the browser's tab, too. */
export function PageHead({ title, beside, about, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Sluice`
  }, [title])
  return (
    <header className="page-head">
      <div className="grow">
        <div className="row wrap">
          <h1>{title}</h1>
          {beside}
        </div>
        {about !== undefined && <p className="quiet">{about}</p>}
      </div>
      {children !== undefined && <div className="row wrap">{children}</div>}
    </header>
  )
}
