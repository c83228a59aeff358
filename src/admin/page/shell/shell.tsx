import './shell.css'
import { Menu } from 'lucide-react'
import { Suspense, useState } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { useLive } from '../api/live.ts'
import { Button } from '../parts/button.tsx'
import { Skeleton } from '../parts/loading.tsx'
import type { Page } from '../pages.ts'
import { Failure } from './failure.tsx'
import { Logo } from './logo.tsx'
import { Navigation } from './navigation.tsx'
import { NotFound } from './notFound.tsx'
import { ReadOnlyBar } from './readOnlyBar.tsx'
import { ShortcutHelp } from './shortcutHelp.tsx'
import { usePageShortcuts } from './usePageShortcuts.ts'

/** The frame around every page. */
export function Shell({ pages }: { pages: readonly Page[] }) {
  const [isOpen, setOpen] = useState(false)
  const [path] = useLocation()
  usePageShortcuts(pages)
  useLive()
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div className="top-bar">
        <Button kind="plain" icon={Menu} label="Menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
        <Logo />
      </div>
      {isOpen && <div className="scrim" onClick={() => setOpen(false)} aria-hidden />}
      <Navigation pages={pages} isOpen={isOpen} onLeave={() => setOpen(false)} />
      <main id="content" tabIndex={-1}>
        <ReadOnlyBar />
        <Failure key={path}>
          <Suspense fallback={<Skeleton lines={6} />}>
            <Switch>
              {pages
                .flatMap((page) => [page, ...(page.below ?? [])])
                .map(({ path, component }) => (
                  <Route key={path} path={path} component={component} />
                ))}
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </Failure>
      </main>
      <ShortcutHelp />
    </div>
  )
}
