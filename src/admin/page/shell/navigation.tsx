import { LogOut } from 'lucide-react'
import { Link, useRoute } from 'wouter'
import { useQueryClient } from '@tanstack/react-query'
import { useAct } from '../api/hooks.ts'
import { Button } from '../parts/button.tsx'
import type { Page } from '../pages.ts'
import { LiveSign } from './liveSign.tsx'
import { Logo } from './logo.tsx'
import { useSession } from './session.ts'
import { ThemeSwitch } from './themeSwitch.tsx'

export interface NavigationProps {
  pages: readonly Page[]
  /** On a phone: whether it lies over the page. */
  isOpen: boolean
  onLeave: () => void
}

/** The pages, and who is here. */
export function Navigation({ pages, isOpen, onLeave }: NavigationProps) {
  const { name, login, version } = useSession()
  const client = useQueryClient()
  const logout = useAct('DELETE /v1/session', [])
  const groups = Map.groupBy(pages, ({ group }) => group)
  return (
    <nav className="navigation" data-open={isOpen} aria-label="Pages">
      <div className="navigation-head">
        <Logo />
      </div>
      {[...groups].map(([group, members]) => (
        <div key={group} className="navigation-group">
          <h2>{group}</h2>
          <ul>
            {members.map((page) => (
              <NavigationLink key={page.path} page={page} onClick={onLeave} />
            ))}
          </ul>
        </div>
      ))}
      <div className="navigation-foot">
        <div className="row">
          <ThemeSwitch />
          <LiveSign />
        </div>
        <div className="row">
          <div className="grow">
            <div className="truncate">
              <bdi>{name}</bdi>
            </div>
            <div className="quiet small">Sluice {version}</div>
          </div>
          {login && (
            <Button
              kind="plain"
              icon={LogOut}
              label="Log out"
              onClick={() => logout.mutate({}, { onSuccess: () => void client.resetQueries() })}
            />
          )}
        </div>
      </div>
    </nav>
  )
}

function NavigationLink({ page: { path, title, icon: Icon, key }, onClick }: { page: Page; onClick: () => void }) {
  const [isHere] = useRoute(path === '/' ? path : `${path}/*?`)
  return (
    <li>
      <Link href={path} aria-current={isHere ? 'page' : undefined} onClick={onClick} title={`g ${key}`}>
        <Icon aria-hidden />
        {title}
      </Link>
    </li>
  )
}
