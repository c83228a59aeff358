import { lazy, Suspense, useMemo } from 'react'
import type { Query } from '../api/types.generated.ts'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copyButton.tsx'
import { Skeleton } from '../parts/loading.tsx'
import { Note } from '../parts/note.tsx'

const Editor = lazy(async () => ({ default: (await import('../editor/editor.tsx')).Editor }))

/** The statement, with what is wrong in it marked. */
export function SqlCard({ query: { id, sql, error } }: { query: Query }) {
  const message = error?.message
  const position = error?.position
  const mistake = useMemo(
    () => (position === undefined || message === undefined ? undefined : { message, position }),
    [message, position],
  )
  return (
    <>
      {error !== null && (
        <Note tone="bad" title={error.message}>
          {error.hint !== undefined && <p>{error.hint}</p>}
          <p className="quiet">
            {error.code}
            {error.sqlstate !== undefined && `, SQLSTATE ${error.sqlstate}`}
            {error.position !== undefined && `, at character ${error.position}`}
            {error.column !== undefined && `, column ${error.column}`}
          </p>
        </Note>
      )}
      <Card title="SQL" flush aside={<CopyButton text={sql} label="Copy the SQL" />}>
        <Suspense fallback={<Skeleton />}>
          <Editor key={id} initial={sql} label="SQL of the query" mistake={mistake} />
        </Suspense>
      </Card>
    </>
  )
}
