import { useMemo } from 'react'
import { useLocation } from 'wouter'
import type { Page } from '../pages.ts'
import { useShortcuts } from './shortcuts.ts'

/** g, then the key of a page: goes there. */
export function usePageShortcuts(pages: readonly Page[]): void {
  const [, go] = useLocation()
  useShortcuts(
    'Go to',
    useMemo(
      () => pages.map(({ key, title, path }) => ({ keys: `g ${key}`, text: title, run: () => go(path) })),
      [pages, go],
    ),
  )
}
