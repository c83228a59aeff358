import { Link } from 'wouter'
import type { Overview } from '../api/types.generated.ts'
import { Note } from '../parts/note.tsx'
import { Ago } from '../parts/time.tsx'

/** Says that nothing fires and no alert is raised: no rule can, since the beat looks at rules. */
export function BeatNote({ overview: { beat, workers } }: { overview: Overview }) {
  if (beat.alive) return null
  return (
    <Note tone="bad" title="The beat stands still">
      Schedules do not fire; alerts and webhooks are not sent.{' '}
      {beat.ticked_at !== null && (
        <>
          It last went through what is due <Ago at={beat.ticked_at} />.{' '}
        </>
      )}
      {workers.alive === 0 ? (
        'No worker is alive to hold it: start one.'
      ) : (
        <>
          Look at the logs of <Link href="/workers">the workers</Link>.
        </>
      )}
    </Note>
  )
}
