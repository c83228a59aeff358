import { useEffect, useState } from 'react'

/** The value of a colour of the page as it is now, light or dark: what a canvas can draw with. */
export type Colours = (name: string) => string

const dark = matchMedia('(prefers-color-scheme: dark)')

/** The colours of the page; another function when they have changed. */
export function useColours(): Colours {
  const [colours, setColours] = useState<Colours>(() => readColours())
  useEffect(() => {
    const change = (): void => setColours(() => readColours())
    const watcher = new MutationObserver(change)
    watcher.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    dark.addEventListener('change', change)
    return () => {
      watcher.disconnect()
      dark.removeEventListener('change', change)
    }
  }, [])
  return colours
}

/** The browser resolves light-dark() only where a property uses it. */
function readColours(): Colours {
  return (name) => {
    const probe = document.createElement('i')
    probe.style.color = `var(${name})`
    document.body.append(probe)
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }
}
