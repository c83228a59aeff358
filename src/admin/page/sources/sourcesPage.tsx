import { Database, Pencil, Plus, PlugZap, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useAct, useRead } from '../api/hooks.ts'
import type { Source } from '../api/types.generated.ts'
import { useAction } from '../parts/action.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loaded } from '../parts/loading.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { useSession } from '../shell/session.ts'
import './sourcesPage.css'
import { SourceFacts, SourceHealth, type SourceLoad } from './sourceLoad.tsx'
import { SourceForm } from './sourceForm.tsx'
import { TestOutcome } from './testOutcome.tsx'

/** Databases that run users' SQL. */
export default function SourcesPage() {
  const sources = useRead('GET /v1/sources', {})
  const live = useRead('GET /v1/views/{name}', { params: { name: 'sources_live' } }, { meta: { live: 'clock' } })
  const loads = (live.data?.rows ?? []) as unknown as SourceLoad[]
  const [edited, setEdited] = useState<Source | 'new'>()
  const { read_only: readOnly } = useSession()
  return (
    <>
      <PageHead title="Sources" about="Databases that run users' SQL, each through a login role of its own.">
        {!readOnly && (
          <Button kind="primary" icon={Plus} onClick={() => setEdited('new')}>
            Add a source
          </Button>
        )}
      </PageHead>
      <Loaded of={sources}>
        {({ sources: all }) =>
          all.length === 0 ? (
            <Card>
              <Empty icon={Database} title="No source yet">
                Add the database that queries are to run on.
              </Empty>
            </Card>
          ) : (
            <div className="source-cards">
              {all.map((source) => (
                <SourceCard
                  key={source.name}
                  source={source}
                  load={loads.find((load) => load.source === source.name)}
                  onEdit={setEdited}
                />
              ))}
            </div>
          )
        }
      </Loaded>
      {edited !== undefined && (
        <SourceForm source={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </>
  )
}

interface CardProps {
  source: Source
  /** Undefined: not read yet. */
  load: SourceLoad | undefined
  onEdit: (source: Source) => void
}

function SourceCard({ source, load, onEdit }: CardProps) {
  const { name, user, host, port, database, tls, writes } = source
  const test = useAct('POST /v1/sources/{name}/test', [])
  const { read_only: readOnly } = useSession()
  return (
    <Card
      title={<Link href={`/queries?source=${name}`}>{name}</Link>}
      aside={
        <span className="row">
          {load !== undefined && <SourceHealth load={load} />}
          <span className={`badge text-only ${writes ? 'warn' : 'idle'}`}>{writes ? 'may write' : 'read-only'}</span>
        </span>
      }
    >
      <dl className="facts">
        <div>
          <dt>Database</dt>
          <dd>{database}</dd>
        </div>
        <div>
          <dt>Host</dt>
          <dd className="mono">
            {host}:{port}
          </dd>
        </div>
        <div>
          <dt>Login role</dt>
          <dd>{user}</dd>
        </div>
        <div>
          <dt>TLS</dt>
          <dd>{tls}</dd>
        </div>
        <div>
          <dt>Connections of a worker</dt>
          <dd>at most {source.max_connections}</dd>
        </div>
        {load !== undefined && <SourceFacts load={load} />}
      </dl>
      {(test.data !== undefined || test.error !== null) && <TestOutcome outcome={test.data} error={test.error} />}
      {!readOnly && (
        <div className="row source-actions">
          <Button icon={PlugZap} busy={test.isPending} onClick={() => test.mutate({ params: { name } })}>
            Test
          </Button>
          <span className="grow" />
          <Button kind="plain" icon={Pencil} label={`Change ${name}`} onClick={() => onEdit(source)} />
          <RemoveButton name={name} />
        </div>
      )}
    </Card>
  )
}

function RemoveButton({ name }: { name: string }) {
  const remove = useAction(useAct('DELETE /v1/sources/{name}', ['GET /v1/sources']))
  return (
    <Button
      kind="plain"
      icon={Trash2}
      label={`Remove ${name}`}
      onClick={() =>
        void remove({ params: { name } }, () => `${name} is gone`, {
          title: `Remove ${name}?`,
          text: 'Queries that wait for it will fail. The database itself is not touched.',
          verb: 'Remove it',
          danger: true,
        })
      }
    />
  )
}
