import { useState } from 'react'
import { useAct } from '../api/hooks.ts'
import type { Source } from '../api/types.generated.ts'
import { Field } from '../parts/field.tsx'
import { FormDialog } from '../parts/formDialog.tsx'
import { useSay } from '../parts/toasts.tsx'

type Tls = Source['tls']

const fresh = {
  name: '',
  host: '',
  port: '5432',
  database: '',
  user: '',
  tls: 'verify-full' as Tls,
  max_connections: '16',
}

/** Adds a source, or changes where one points. */
export function SourceForm({ source, onClose }: { source: Source | undefined; onClose: () => void }) {
  const say = useSay()
  const add = useAct('POST /v1/sources', ['GET /v1/sources'])
  const change = useAct('PATCH /v1/sources/{name}', ['GET /v1/sources'])
  const [fields, setFields] = useState(() => ({
    ...fresh,
    ...source,
    port: String(source?.port ?? fresh.port),
    max_connections: String(source?.max_connections ?? fresh.max_connections),
    writes: source?.writes ?? false,
    prepared_statements: source?.prepared_statements ?? true,
    password: '',
  }))
  const set = (members: Partial<typeof fields>): void => setFields({ ...fields, ...members })
  const submit = (): void => {
    const { name, host, database, user, tls, writes, prepared_statements, password } = fields
    const body = {
      host,
      database,
      user,
      tls,
      writes,
      prepared_statements,
      port: Number(fields.port),
      max_connections: Number(fields.max_connections),
      ...(password === '' ? {} : { password }),
    }
    const onSuccess = (): void => {
      say(source === undefined ? `${name} is added. Test it next.` : `${name} is changed`)
      onClose()
    }
    if (source === undefined) add.mutate({ body: { name, ...body } }, { onSuccess })
    else change.mutate({ params: { name }, body }, { onSuccess })
  }
  return (
    <FormDialog
      title={source === undefined ? 'Add a source' : `Change ${source.name}`}
      verb={source === undefined ? 'Add the source' : 'Change the source'}
      error={add.error ?? change.error}
      busy={add.isPending || change.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {source === undefined && (
        <Field label="Name">
          <input
            className="input"
            value={fields.name}
            onChange={(event) => set({ name: event.target.value })}
            pattern="[a-z0-9][a-z0-9_\-]{0,62}"
            title="Lower-case letters, digits, _ and -"
            required
          />
        </Field>
      )}
      <fieldset>
        <legend>PostgreSQL</legend>
        <Field label="Host">
          <input
            className="input"
            value={fields.host}
            onChange={(event) => set({ host: event.target.value })}
            required
          />
        </Field>
        <Field label="Port">
          <input
            className="input"
            type="number"
            min={1}
            max={65535}
            value={fields.port}
            onChange={(event) => set({ port: event.target.value })}
            required
          />
        </Field>
        <Field label="Database">
          <input
            className="input"
            value={fields.database}
            onChange={(event) => set({ database: event.target.value })}
            required
          />
        </Field>
      </fieldset>
      <fieldset>
        <legend>Login</legend>
        <Field label="Role" hint="What it may do is what users' SQL may do.">
          <input
            className="input"
            value={fields.user}
            onChange={(event) => set({ user: event.target.value })}
            autoComplete="off"
            required
          />
        </Field>
        <Field label="Password" hint={source === undefined ? 'Kept, never shown again.' : 'Left empty, it stays.'}>
          <input
            className="input"
            type="password"
            value={fields.password}
            onChange={(event) => set({ password: event.target.value })}
            autoComplete="new-password"
          />
        </Field>
        <Field label="TLS">
          <select className="input" value={fields.tls} onChange={(event) => set({ tls: event.target.value as Tls })}>
            <option value="verify-full">verify-full: certificate and name checked</option>
            <option value="require">require: encrypted, not checked</option>
            <option value="disable">disable</option>
          </select>
        </Field>
      </fieldset>
      <fieldset>
        <legend>Use</legend>
        <Field label="Connections of a worker, at most">
          <input
            className="input"
            type="number"
            min={1}
            max={10000}
            value={fields.max_connections}
            onChange={(event) => set({ max_connections: event.target.value })}
            required
          />
        </Field>
        <label className="row">
          <input type="checkbox" checked={fields.writes} onChange={(event) => set({ writes: event.target.checked })} />
          Statements may write, and are committed
        </label>
        <label className="row">
          <input
            type="checkbox"
            checked={!fields.prepared_statements}
            onChange={(event) => set({ prepared_statements: !event.target.checked })}
          />
          Behind a pooler: keep nothing in sessions
        </label>
      </fieldset>
    </FormDialog>
  )
}
