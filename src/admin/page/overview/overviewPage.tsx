import './overviewPage.css'
import { useState } from 'react'
import { useRead } from '../api/hooks.ts'
import { Loaded } from '../parts/loading.tsx'
import { Note } from '../parts/note.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { BeatNote } from './beatNote.tsx'
import { Charts } from './charts.tsx'
import { FiringAlerts } from './firingAlerts.tsx'
import { LaneLoads } from './laneLoads.tsx'
import { Tiles } from './tiles.tsx'
import { WindowSwitch, type Window } from './windowSwitch.tsx'

/** How everything stands, and how it went. */
export default function OverviewPage() {
  const [window, setWindow] = useState<Window>('1h')
  const overview = useRead('GET /v1/statistics/overview', {}, { meta: { live: 'clock' } })
  const series = useRead(
    'GET /v1/statistics/series',
    { query: { window } },
    { meta: { live: 'clock', every: 5 }, placeholderData: (before) => before },
  )
  return (
    <>
      <PageHead title="Overview">
        <WindowSwitch chosen={window} onChange={setWindow} />
      </PageHead>
      <FiringAlerts />
      <Loaded of={overview} lines={4}>
        {(read) => (
          <>
            <BeatNote overview={read} />
            <Tiles overview={read} />
            {read.counted_until === null && (
              <Note tone="info">
                Statistics have not begun: a worker counts what happens, within a minute of its start.
              </Note>
            )}
          </>
        )}
      </Loaded>
      <Loaded of={series} lines={8}>
        {(read) => <Charts series={read} />}
      </Loaded>
      {overview.data !== undefined && <LaneLoads lanes={overview.data.lanes} />}
    </>
  )
}
