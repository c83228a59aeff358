import { existsSync } from 'node:fs'

const usualPlaces = [
  '/usr/sbin/pgbouncer',
  '/usr/bin/pgbouncer',
  '/usr/local/bin/pgbouncer',
  '/opt/homebrew/bin/pgbouncer',
]

/** The PgBouncer of this machine: PGBOUNCER_PATH, or where it usually is; undefined: there is none. */
export const pgbouncerPath: string | undefined =
  process.env['PGBOUNCER_PATH'] || usualPlaces.find((place) => existsSync(place))
