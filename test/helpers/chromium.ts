import { existsSync } from 'node:fs'

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of this machine: CHROMIUM_PATH, or where it usually is; undefined: there is none. */
export const chromiumPath: string | undefined =
  process.env['CHROMIUM_PATH'] || usualPlaces.find((place) => existsSync(place))
