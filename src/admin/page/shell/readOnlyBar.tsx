import { Eye } from 'lucide-react'
import { useSession } from './session.ts'

/** Says why nothing can be done here. */
export function ReadOnlyBar() {
  const { read_only: readOnly } = useSession()
  if (!readOnly) return null
  return (
    <p className="read-only-bar">
      <Eye aria-hidden /> Read-only: you may look, nothing can be changed here.
    </p>
  )
}
