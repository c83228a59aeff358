import type { ReactNode } from 'react'
import { useRead } from '../api/hooks.ts'
import { LoginForm } from './loginForm.tsx'
import { SessionContext } from './session.ts'
import { Unreachable } from './unreachable.tsx'

/** Shows the page to those who are logged in, the login form to others. */
export function Gate({ children }: { children: ReactNode }) {
  const session = useRead('GET /v1/session', {}, { staleTime: Infinity, retry: false })
  if (session.isError) {
    return session.error.problem?.code === 'unauthorized' ? (
      <LoginForm />
    ) : (
      <Unreachable error={session.error} onRetry={() => void session.refetch()} />
    )
  }
  if (session.data === undefined) return null
  return <SessionContext value={session.data}>{children}</SessionContext>
}
