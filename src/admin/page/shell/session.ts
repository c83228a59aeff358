import { createContext, useContext } from 'react'
import type { Session } from '../api/types.generated.ts'

export const SessionContext = createContext<Session | undefined>(undefined)

/** Who uses the page, and what they may do. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('There is a session wherever the page is shown.')
  return session
}
