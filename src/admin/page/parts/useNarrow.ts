import { useSyncExternalStore } from 'react'

/** A phone held upright. */
const narrow = matchMedia('(max-width: 40rem)')

/** Whether the window is as narrow as a phone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener)
      return () => narrow.removeEventListener('change', listener)
    },
    () => narrow.matches,
  )
}
