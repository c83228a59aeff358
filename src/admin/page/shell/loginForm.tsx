import './loginForm.css'
import { useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { useAct } from '../api/hooks.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { ProblemNote } from '../parts/note.tsx'
import { Logo } from './logo.tsx'

const nameKey = 'sluice-name'

/** Takes the API key, once; the server answers with a cookie that scripts cannot read. */
export function LoginForm() {
  const [name, setName] = useState(() => localStorage.getItem(nameKey) ?? '')
  const [key, setKey] = useState('')
  const client = useQueryClient()
  const login = useAct('POST /v1/session', [])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    login.mutate(
      { body: { name, key } },
      {
        onSuccess: (session) => {
          localStorage.setItem(nameKey, name)
          client.setQueryData(['GET /v1/session', {}], session)
        },
      },
    )
  }
  return (
    <main className="login">
      <form className="login-box" onSubmit={submit}>
        <Logo />
        <h1>Log in</h1>
        <Field label="Your name" hint="Stands beside what you do in the log of actions.">
          <input
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="name"
            maxLength={100}
            required
          />
        </Field>
        <Field label="API key" hint="What the server was started with as SLUICE_API_KEY.">
          <input
            className="input"
            type="password"
            value={key}
            onChange={(event) => setKey(event.target.value)}
            autoComplete="current-password"
            required
          />
        </Field>
        {login.isError && <ProblemNote error={login.error} />}
        <Button type="submit" kind="primary" icon={KeyRound} busy={login.isPending}>
          Log in
        </Button>
      </form>
    </main>
  )
}
