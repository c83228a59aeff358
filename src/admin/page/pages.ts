import {
  BellRing,
  CalendarClock,
  Cpu,
  Database,
  Gauge,
  HardDrive,
  History,
  Layers,
  ListTree,
  SquareTerminal,
  type LucideIcon,
} from 'lucide-react'
import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

/** A page of the admin page. */
export interface Page {
  path: string
  title: string
  icon: LucideIcon
  /** After g: goes there. */
  key: string
  /** Heading of its group in the navigation. */
  group: string
  /** Pages that are reached through it. */
  below?: readonly { path: string; component: LazyExoticComponent<ComponentType> }[]
  component: LazyExoticComponent<ComponentType>
}

/** Every page, in the order of the navigation. Each is loaded when it is first shown. */
export const pages: readonly Page[] = [
  {
    path: '/',
    title: 'Overview',
    icon: Gauge,
    key: 'o',
    group: 'Work',
    component: lazy(() => import('./overview/overviewPage.tsx')),
  },
  {
    path: '/queries',
    title: 'Queries',
    icon: ListTree,
    key: 'q',
    group: 'Work',
    component: lazy(() => import('./queries/queriesPage.tsx')),
    below: [{ path: '/queries/:id', component: lazy(() => import('./query/queryPage.tsx')) }],
  },
  {
    path: '/sql',
    title: 'SQL',
    icon: SquareTerminal,
    key: 's',
    group: 'Work',
    component: lazy(() => import('./sql/sqlPage.tsx')),
  },
  {
    path: '/workers',
    title: 'Workers',
    icon: Cpu,
    key: 'w',
    group: 'Running',
    component: lazy(() => import('./workers/workersPage.tsx')),
  },
  {
    path: '/lanes',
    title: 'Lanes',
    icon: Layers,
    key: 'l',
    group: 'Running',
    component: lazy(() => import('./lanes/lanesPage.tsx')),
  },
  {
    path: '/schedules',
    title: 'Schedules',
    icon: CalendarClock,
    key: 'c',
    group: 'Running',
    component: lazy(() => import('./schedules/schedulesPage.tsx')),
    below: [{ path: '/schedules/:name', component: lazy(() => import('./schedules/schedulePage.tsx')) }],
  },
  {
    path: '/sources',
    title: 'Sources',
    icon: Database,
    key: 'd',
    group: 'Data',
    component: lazy(() => import('./sources/sourcesPage.tsx')),
  },
  {
    path: '/alerts',
    title: 'Alerts & webhooks',
    icon: BellRing,
    key: 'a',
    group: 'Running',
    component: lazy(() => import('./alerts/alertsPage.tsx')),
  },
  {
    path: '/storage',
    title: 'Storage',
    icon: HardDrive,
    key: 'r',
    group: 'Data',
    component: lazy(() => import('./storage/storagePage.tsx')),
  },
  {
    path: '/activity',
    title: 'Activity',
    icon: History,
    key: 'y',
    group: 'Data',
    component: lazy(() => import('./activity/activityPage.tsx')),
  },
]
