import type { Series } from '../api/types.generated.ts'

export type Window = Series['window']

const windows: Record<Window, string> = { '1h': '1 hour', '24h': '24 hours', '7d': '7 days' }

/** How far the charts look back. */
export function WindowSwitch({ chosen, onChange }: { chosen: Window; onChange: (window: Window) => void }) {
  return (
    <div className="window-switch" role="radiogroup" aria-label="Time shown">
      {(Object.keys(windows) as Window[]).map((window) => (
        <label key={window}>
          <input
            type="radio"
            name="window"
            className="visually-hidden"
            checked={window === chosen}
            onChange={() => onChange(window)}
          />
          {windows[window]}
        </label>
      ))}
    </div>
  )
}
