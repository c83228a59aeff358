import { formatCount } from '../formats/numbers.ts'
import { Meter } from '../parts/meter.tsx'

/** A row of the view sources_live. */
export interface SourceLoad {
  source: string
  health: 'answers' | 'unsteady' | 'failing' | 'idle'
  running: number
  most_connections: number
  waiting: number
  ended: number
  failed: number
  unreached: number
  last_code: string | null
}

const tones = { answers: 'good', unsteady: 'warn', failing: 'bad', idle: 'idle' } as const
const titles = {
  answers: 'The queries of the last five minutes reached it',
  unsteady: 'Some queries of the last five minutes could not use it',
  failing: 'No query of the last five minutes could use it',
  idle: 'No query ended there in the last five minutes',
} as const

/** How a source has answered lately. */
export function SourceHealth({ load: { health } }: { load: SourceLoad }) {
  return (
    <span className={`badge text-only ${tones[health]}`} title={titles[health]}>
      {health}
    </span>
  )
}

/** What a source has to do now. */
export function SourceFacts({ load }: { load: SourceLoad }) {
  const { running, most_connections: most, waiting, ended, failed, unreached, last_code: code } = load
  return (
    <>
      <div>
        <dt>Connections in use</dt>
        <dd>
          <Meter value={running} of={most} label="Connections in use of those that workers may open" />
        </dd>
      </div>
      <div>
        <dt>Waiting</dt>
        <dd className="number">{formatCount(waiting)}</dd>
      </div>
      <div>
        <dt>Ended in 5 minutes</dt>
        <dd className="number">
          {formatCount(ended)}
          {failed > 0 && `, ${formatCount(failed)} failed`}
        </dd>
      </div>
      {unreached > 0 && (
        <div>
          <dt>Could not use it</dt>
          <dd>
            <span className="number">{formatCount(unreached)}</span> <span className="quiet mono">{code}</span>
          </dd>
        </div>
      )}
    </>
  )
}
