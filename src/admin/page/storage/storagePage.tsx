import { useState } from 'react'
import { useRead } from '../api/hooks.ts'
import type { Storage } from '../api/types.generated.ts'
import { formatBytes, formatCount, formatShare, plural } from '../formats/numbers.ts'
import { StorageChart } from '../overview/charts.tsx'
import '../overview/overviewPage.css'
import { Tile } from '../overview/tile.tsx'
import { WindowSwitch, type Window } from '../overview/windowSwitch.tsx'
import { Loaded } from '../parts/loading.tsx'
import { PageHead } from '../parts/pageHead.tsx'
import { Largest } from './largest.tsx'
import { Partitions } from './partitions.tsx'
import { Usage } from './usage.tsx'

/** As often as the server reads it anew. */
const rereadMs = 15_000

/** What results take up, and where. */
export default function StoragePage() {
  const storage = useRead('GET /v1/storage', {}, { refetchInterval: rereadMs })
  return (
    <>
      <PageHead title="Storage" about="What results take up, and where they lie." />
      <Loaded of={storage} lines={6}>
        {(read) => <StorageView storage={read} />}
      </Loaded>
    </>
  )
}

function StorageView({ storage }: { storage: Storage }) {
  const [window, setWindow] = useState<Window>('24h')
  const series = useRead(
    'GET /v1/statistics/series',
    { query: { window } },
    { meta: { live: 'clock', every: 15 }, placeholderData: (before) => before },
  )
  return (
    <>
      <StorageTiles storage={storage} />
      <Usage usage={storage.usage} />
      <Loaded of={series}>
        {(read) => <StorageChart series={read} aside={<WindowSwitch chosen={window} onChange={setWindow} />} />}
      </Loaded>
      <Partitions partitions={storage.partitions} />
      <Largest results={storage.largest} />
    </>
  )
}

function StorageTiles({ storage: { usage, partitions } }: { storage: Storage }) {
  const sum = (part: (each: Storage['usage'][number]) => number, store?: string): number =>
    usage.filter((each) => store === undefined || each.store === store).reduce((total, each) => total + part(each), 0)
  const stored = sum((each) => each.stored_bytes)
  const raw = sum((each) => each.raw_bytes)
  const results = sum((each) => each.results)
  const onDisk = partitions.reduce((total, each) => total + each.disk_bytes, 0)
  const inUse = partitions.filter((each) => each.results > 0).length
  return (
    <dl className="tiles">
      <Tile
        name="Results"
        value={formatCount(results)}
        about={plural(
          sum((each) => each.rows),
          'row',
        )}
      />
      <Tile
        name="Stored"
        value={formatBytes(stored)}
        about={raw === 0 ? 'nothing' : `${formatShare(stored / raw)} of ${formatBytes(raw)}`}
      />
      <Tile
        name="In PostgreSQL"
        value={formatBytes(sum((each) => each.stored_bytes, 'postgresql'))}
        about={`${formatBytes(sum((each) => each.stored_bytes, 'manifest'))} in manifests`}
      />
      <Tile
        name="In S3"
        value={formatBytes(sum((each) => each.stored_bytes, 's3'))}
        about={plural(
          sum((each) => each.results, 's3'),
          'result',
        )}
      />
      <Tile
        name="Partitions"
        value={formatCount(partitions.length)}
        about={`${formatCount(inUse)} ${inUse === 1 ? 'holds' : 'hold'} results`}
      />
      <Tile name="Partitions on disk" value={formatBytes(onDisk)} about="with their indexes" />
    </dl>
  )
}
