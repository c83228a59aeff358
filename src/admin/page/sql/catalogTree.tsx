import './catalogTree.css'
import { Eye, RefreshCw, Table2 } from 'lucide-react'
import { useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useDeferredValue, useMemo, useState } from 'react'
import { call, type ApiError } from '../api/client.ts'
import type { Catalog } from '../api/types.generated.ts'
import { formatCompact, plural } from '../formats/numbers.ts'
import { Button } from '../parts/button.tsx'
import { Loaded } from '../parts/loading.tsx'

type Relation = Catalog['relations'][number]

/** More are not drawn at a time; the search finds the others. */
const mostShown = 200

export interface CatalogTreeProps {
  catalog: UseQueryResult<Catalog, ApiError>
  source: string
  /** Takes the name that was chosen, as SQL writes it. */
  onPick: (name: string) => void
}

/** The tables of a source with their columns. */
export function CatalogTree({ catalog, source, onPick }: CatalogTreeProps) {
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim().toLowerCase())
  const client = useQueryClient()
  const refresh = async (): Promise<void> => {
    const params = { name: source }
    const fresh = await call('GET /v1/sources/{name}/catalog', { params, query: { refresh: 'true' } })
    client.setQueryData(['GET /v1/sources/{name}/catalog', { params }], fresh)
  }
  return (
    <aside className="catalog" aria-label="Tables">
      <div className="row">
        <input
          className="input"
          type="search"
          placeholder="Find a table or column"
          aria-label="Find a table or column"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button kind="plain" icon={RefreshCw} label="Read the tables again" onClick={() => void refresh()} />
      </div>
      {catalog.fetchStatus === 'idle' && catalog.isPending ? (
        <p className="quiet">
          There is no source yet. <Link href="/sources">Add one</Link>
        </p>
      ) : (
        <Loaded of={catalog} lines={6}>
          {(read) => <Relations catalog={read} wanted={wanted} onPick={onPick} />}
        </Loaded>
      )}
    </aside>
  )
}

function Relations({ catalog, wanted, onPick }: { catalog: Catalog; wanted: string; onPick: (name: string) => void }) {
  const found = useMemo(
    () => catalog.relations.filter((relation) => matches(relation, wanted)),
    [catalog.relations, wanted],
  )
  if (found.length === 0) {
    return (
      <p className="quiet">{wanted === '' ? 'The login role of this source can read no table.' : 'Nothing found.'}</p>
    )
  }
  return (
    <ul className="catalog-list">
      {found.slice(0, mostShown).map((relation) => (
        <RelationEntry
          key={`${relation.schema}.${relation.name}`}
          relation={relation}
          name={nameOf(relation, catalog.search_path)}
          onPick={onPick}
        />
      ))}
      {(found.length > mostShown || !catalog.complete) && (
        <li className="quiet">
          {found.length > mostShown && `${plural(found.length - mostShown, 'table')} more. `}
          {!catalog.complete && 'The source has more tables than are listed here. '}
          Type to find one.
        </li>
      )}
    </ul>
  )
}

function RelationEntry({
  relation,
  name,
  onPick,
}: {
  relation: Relation
  name: string
  onPick: (name: string) => void
}) {
  const Icon = relation.kind === 'table' || relation.kind === 'foreign table' ? Table2 : Eye
  return (
    <li>
      <details>
        <summary title={relation.comment ?? relation.kind}>
          <Icon aria-hidden />
          <span className="truncate grow">{name}</span>
          {relation.estimated_rows !== null && (
            <span className="quiet number" title="Rows, by the planner's estimate">
              {formatCompact(relation.estimated_rows)}
            </span>
          )}
        </summary>
        <ul>
          <li>
            <button type="button" onClick={() => onPick(name)}>
              Put the name into the statement
            </button>
          </li>
          {relation.columns.map((column) => (
            <li key={column.name}>
              <button type="button" title={column.comment ?? undefined} onClick={() => onPick(quoted(column.name))}>
                <span className="truncate">{column.name}</span>
                <span className="quiet truncate">{column.type}</span>
              </button>
            </li>
          ))}
        </ul>
      </details>
    </li>
  )
}

function matches({ schema, name, columns }: Relation, wanted: string): boolean {
  if (wanted === '') return true
  return (
    `${schema}.${name}`.toLowerCase().includes(wanted) ||
    columns.some((column) => column.name.toLowerCase().includes(wanted))
  )
}

/** The name as SQL writes it, with its schema where that is needed. */
function nameOf({ schema, name }: Relation, path: readonly string[]): string {
  return path.includes(schema) ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
