import { formatAgo, formatDuration, formatTime } from '../formats/times.ts'
import { useNow } from './now.tsx'

/** How long ago, with the exact time in its tooltip. */
export function Ago({ at }: { at: string }) {
  const date = new Date(at)
  return (
    <time dateTime={at} title={formatTime(date)} className="nowrap">
      {formatAgo(date, useNow())}
    </time>
  )
}

/** How long something takes that began then and, if it has, ended then. */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  const now = useNow()
  const end = to === null ? now : new Date(to).getTime()
  return <span className="number">{formatDuration(Math.max(0, end - new Date(from).getTime()))}</span>
}
