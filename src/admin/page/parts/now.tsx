import { createContext, useContext, useEffect, useState, type ReactNode } from 'react'

const tickMs = 1_000
const Now = createContext(Date.now())

/** One clock for every running time on the page. */
export function NowProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setNow(Date.now())
    }, tickMs)
    return () => clearInterval(timer)
  }, [])
  return <Now value={now}>{children}</Now>
}

/** The time, to the second, in ms since 1970. */
export function useNow(): number {
  return useContext(Now)
}
