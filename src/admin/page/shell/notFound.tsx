import { Compass } from 'lucide-react'
import { Link } from 'wouter'
import { Empty } from '../parts/empty.tsx'

export function NotFound() {
  return (
    <Empty icon={Compass} title="There is no such page">
      <Link href="/">To the first one</Link>
    </Empty>
  )
}
